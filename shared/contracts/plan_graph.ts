/** A plan's steps as a graph: which order they can have, where they go in a circle, which writes nothing orders. */
import { ANY_BRIDGE, type AppName } from "./names.ts";
import type { Step } from "./plan_step.ts";
import { dependenciesOf, type StepReferences, stepReferences } from "./plan_references.ts";

/** Steps by their index in the plan. Works without recursion: a plan may be a chain of thousands of steps. */
export interface PlanGraph {
  steps: readonly Step[];
  /** The first step with each id. */
  indexOf: ReadonlyMap<string, number>;
  /** What each step refers to. */
  references: readonly StepReferences[];
  /** What each step waits for; names that no step has are left out. */
  dependencies: readonly (readonly number[])[];
  /** Every step after what it waits for, and otherwise in the order of the plan. */
  order: readonly number[];
  /** Groups of steps that wait for one another. */
  cycles: readonly (readonly number[])[];
}

export function planGraph(steps: readonly Step[]): PlanGraph {
  const indexOf = new Map<string, number>();
  for (const [i, { id }] of steps.entries()) if (!indexOf.has(id)) indexOf.set(id, i);
  const references = steps.map(stepReferences);
  const dependencies = steps.map((step, i) => indicesOf(dependenciesOf(step, references[i]), indexOf));
  const components = stronglyConnected(dependencies);
  const cycles = components
    .filter((members) => members.length > 1 || dependencies[members[0]!]!.includes(members[0]!))
    .map((members) => members.sort((a, b) => a - b));
  return { steps, indexOf, references, dependencies, order: components.flat(), cycles };
}

function indicesOf(ids: Iterable<string>, indexOf: ReadonlyMap<string, number>): number[] {
  const indices: number[] = [];
  for (const id of ids) {
    const index = indexOf.get(id);
    if (index !== undefined) indices.push(index);
  }
  return indices.sort((a, b) => a - b);
}

/** Tarjan's algorithm with a stack of its own; a component comes after all that its members wait for. */
function stronglyConnected(edges: readonly (readonly number[])[]): number[][] {
  const entered = new Int32Array(edges.length).fill(-1);
  const low = new Int32Array(edges.length);
  const open = new Uint8Array(edges.length);
  const next = new Int32Array(edges.length);
  const members: number[] = [];
  const components: number[][] = [];
  let clock = 0;
  const enter = (node: number) => {
    entered[node] = low[node] = clock++;
    open[node] = 1;
    members.push(node);
  };
  for (let root = 0; root < edges.length; root++) {
    if (entered[root] !== -1) continue;
    const path = [root];
    enter(root);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      const to = edges[node]![next[node]!++];
      if (to === undefined) {
        path.pop();
        const parent = path[path.length - 1];
        if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
        if (low[node] === entered[node]) components.push(close(members, open, node));
      } else if (entered[to] === -1) {
        enter(to);
        path.push(to);
      } else if (open[to] === 1) {
        low[node] = Math.min(low[node]!, entered[to]!);
      }
    }
  }
  return components;
}

function close(members: number[], open: Uint8Array, node: number): number[] {
  const component = members.splice(members.lastIndexOf(node));
  for (const member of component) open[member] = 0;
  return component;
}

/**
 * Pairs of writes to one application that nothing orders, each as [first, second] in `order`. Two bridges that are named are
 * two applications; a step for any bridge may meet each of them. Of many unordered writes, neighbours are named: ordering
 * these orders all. Empty for a graph with cycles, where there is no order to speak of.
 */
export function unorderedWrites(graph: PlanGraph, writes: (step: Step) => boolean): [number, number][] {
  if (graph.cycles.length > 0) return [];
  const apps = new Map<AppName, Writes>();
  for (const index of graph.order) {
    const step = graph.steps[index]!;
    if (!writes(step)) continue;
    const app = entry(apps, step.app, (): Writes => ({ anywhere: [], bridges: new Map() }));
    (isAny(step) ? app.anywhere : entry(app.bridges, step.bridge!, () => [])).push(index);
  }
  return [...apps.values()].flatMap((app) => unorderedInApp(graph, app));
}

/** The writes to one application, in `order`. */
interface Writes {
  anywhere: number[];
  bridges: Map<string, number[]>;
}

function unorderedInApp(graph: PlanGraph, { anywhere, bridges }: Writes): [number, number][] {
  const place = new Int32Array(graph.steps.length);
  for (const [i, index] of graph.order.entries()) place[index] = i;
  const chains = [...bridges.values()].map((named) => [...anywhere, ...named].sort((a, b) => place[a]! - place[b]!));
  if (chains.length < 2) return unorderedNeighbours(graph, chains[0] ?? anywhere);
  // two steps for any bridge are neighbours in many chains: they are looked at once
  const isNamed = (index: number) => !isAny(graph.steps[index]!);
  return [
    ...unorderedNeighbours(graph, anywhere),
    ...chains.flatMap((chain) => unorderedNeighbours(graph, chain).filter((pair) => pair.some(isNamed))),
  ];
}

function entry<K, V>(map: Map<K, V>, key: K, initial: () => V): V {
  const value = map.get(key) ?? initial();
  map.set(key, value);
  return value;
}

const isAny = ({ bridge }: Step) => bridge === undefined || bridge === ANY_BRIDGE;

/** In one pass: for each step, the latest write of the chain that it waits for, directly or not. */
function unorderedNeighbours(graph: PlanGraph, chain: readonly number[]): [number, number][] {
  const position = new Int32Array(graph.steps.length).fill(-1);
  for (const [i, index] of chain.entries()) position[index] = i;
  const latest = new Int32Array(graph.steps.length).fill(-1);
  const pairs: [number, number][] = [];
  if (chain.length < 2) return pairs;
  for (const index of graph.order) {
    let before = -1;
    for (const on of graph.dependencies[index]!) before = Math.max(before, latest[on]!);
    const here = position[index]!;
    if (here > 0 && before !== here - 1) pairs.push([chain[here - 1]!, index]);
    latest[index] = Math.max(before, here);
  }
  return pairs;
}
