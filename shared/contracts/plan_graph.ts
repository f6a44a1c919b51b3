/** A plan's steps as a graph: which order they can have, where they go in a circle, which writes nothing orders. */
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
