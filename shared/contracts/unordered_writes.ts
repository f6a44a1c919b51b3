/** Which writes to one application nothing orders. */
import { ANY_BRIDGE, type AppName } from "./names.ts";
import type { PlanGraph } from "./plan_graph.ts";
import type { Step } from "./plan_step.ts";

type Pair = [first: number, second: number];

/**
 * Pairs of writes to one application that nothing orders, each as [first, second] in `order`. Two bridges that are named are
 * two applications; a step for any bridge may meet each of them. Of many unordered writes, neighbours are named: ordering
 * these orders all. Empty for a graph with cycles, where there is no order to speak of.
 */
export function unorderedWrites(graph: PlanGraph, writes: (step: Step) => boolean): Pair[] {
  if (graph.cycles.length > 0) return [];
  const apps = new Map<AppName, Writes>();
  for (const index of graph.order) {
    const step = graph.steps[index]!;
    if (!writes(step)) continue;
    const app = entry(apps, step.app, (): Writes => ({ anywhere: [], bridges: new Map() }));
    if (step.bridge === undefined || step.bridge === ANY_BRIDGE) app.anywhere.push(index);
    else entry(app.bridges, step.bridge, (): Named[] => []).push({ index, after: app.anywhere.length });
  }
  const place = new Int32Array(graph.steps.length);
  for (const [i, index] of graph.order.entries()) place[index] = i;
  return [...apps.values()].flatMap((app) => unorderedInApp(graph, place, app));
}

/** The writes to one application, in `order`. */
interface Writes {
  anywhere: number[];
  bridges: Map<string, Named[]>;
}

/** A write to a bridge that is named, after so many of those that may go anywhere. */
interface Named {
  index: number;
  after: number;
}

/** The writes to one bridge, and those that may go there, are one row: each must be waited for by the next. */
function unorderedInApp(graph: PlanGraph, place: Int32Array, { anywhere, bridges }: Writes): Pair[] {
  const { before, next } = nearest(graph, anywhere);
  const pairs: Pair[] = [];
  for (const [k, index] of anywhere.entries()) {
    if (k > 0 && before[index] !== k - 1) pairs.push([anywhere[k - 1]!, index]);
  }
  for (const named of bridges.values()) {
    for (const [k, { index, after }] of named.entries()) {
      // between two that may go anywhere, the first and the last of a bridge have these as neighbours
      const isFirst = named[k - 1]?.after !== after;
      if (isFirst && after > 0 && before[index] !== after - 1) pairs.push([anywhere[after - 1]!, index]);
      const isLast = named[k + 1]?.after !== after;
      if (isLast && after < anywhere.length && next[index] !== after) pairs.push([index, anywhere[after]!]);
    }
    pairs.push(...unorderedNeighbours(graph, place, named));
  }
  return pairs;
}

/** For each step, the last write of the row that it waits for, and the first that waits for it: directly or not, by their places in the row. */
function nearest({ steps, order, dependencies }: PlanGraph, row: readonly number[]) {
  const position = new Int32Array(steps.length).fill(-1);
  for (const [i, index] of row.entries()) position[index] = i;
  const before = new Int32Array(steps.length).fill(-1);
  const next = new Int32Array(steps.length).fill(row.length);
  if (row.length === 0) return { before, next };
  for (const index of order) {
    for (const on of dependencies[index]!) before[index] = Math.max(before[index]!, before[on]!, position[on]!);
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const index = order[i]!;
    const first = position[index] === -1 ? next[index]! : position[index]!;
    for (const on of dependencies[index]!) next[on] = Math.min(next[on]!, first);
  }
  return { before, next };
}

/** Writes to one bridge with nothing between them: whatever orders two of them lies between their places, and no further is looked. */
function unorderedNeighbours({ order, dependencies }: PlanGraph, place: Int32Array, named: readonly Named[]): Pair[] {
  const pairs: Pair[] = [];
  for (const [k, { index, after }] of named.entries()) {
    const last = named[k - 1];
    if (last?.after !== after) continue;
    const [from, to] = [place[last.index]!, place[index]!];
    const reached = new Uint8Array(to - from + 1);
    reached[0] = 1;
    for (let i = from + 1; i <= to; i++) {
      if (dependencies[order[i]!]!.some((on) => place[on]! >= from && reached[place[on]! - from] === 1)) {
        reached[i - from] = 1;
      }
    }
    if (reached[to - from] !== 1) pairs.push([last.index, index]);
  }
  return pairs;
}

function entry<K, V>(map: Map<K, V>, key: K, initial: () => V): V {
  const value = map.get(key) ?? initial();
  map.set(key, value);
  return value;
}
