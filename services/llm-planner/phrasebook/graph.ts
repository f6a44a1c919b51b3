/** A phrase as a graph: the nodes are places between its words, the edges what leads from one to the next. */
import type { Part } from "./pattern.ts";

export type Edge =
  | { kind: "skip"; to: number }
  | { kind: "word"; word: string; to: number }
  | { kind: "slot"; name: string; to: number };

export interface Graph {
  /** By node; node 0 is where it begins. */
  edges: readonly (readonly Edge[])[];
  /** By node: the words and slots that may come next, whatever is left out before them. */
  ahead: readonly (readonly Edge[])[];
  end: number;
  /** The words that it can begin with; `undefined` when it can begin with a slot. */
  openings: ReadonlySet<string> | undefined;
  /** The nodes after its first word: where it is taken up when the verb is left out, as in "add a cube and a sphere". */
  afterFirstWord: readonly number[];
  /** The nodes after its first word and the slot that follows: as in "make it blue and shiny". */
  afterFirstSlot: readonly { word: string; slot: string; node: number }[];
}

/** Builds the graph of a phrase. Neighbouring options that each begin with a word may come in any order. */
export function buildGraph(parts: readonly Part[]): Graph {
  const edges: Edge[][] = [[]];
  const node = () => edges.push([]) - 1;
  const connect = (from: number, edge: Edge) => edges[from]?.push(edge);

  function sequence(from: number, sequenceParts: readonly Part[]): number {
    let at = from;
    for (let i = 0; i < sequenceParts.length;) {
      const run = freeRun(sequenceParts, i);
      if (run.length >= 2) {
        const loop = node();
        connect(at, { kind: "skip", to: loop });
        for (const group of run) {
          for (const branch of group.branches) connect(sequence(loop, branch), { kind: "skip", to: loop });
        }
        at = loop;
        i += run.length;
      } else {
        at = one(at, sequenceParts[i]!);
        i += 1;
      }
    }
    return at;
  }

  function one(from: number, part: Part): number {
    const to = node();
    if (part.kind === "word") connect(from, { kind: "word", word: part.word, to });
    else if (part.kind === "slot") connect(from, { kind: "slot", name: part.name, to });
    else {
      for (const branch of part.branches) connect(sequence(from, branch), { kind: "skip", to });
      if (part.optional) connect(from, { kind: "skip", to });
    }
    return to;
  }

  const end = sequence(0, parts);
  const ahead = edges.map((_, at) =>
    closure(edges, [at]).flatMap((node) => edges[node] ?? []).filter((edge) => edge.kind !== "skip")
  );
  const begin = ahead[0] ?? [];
  const firstWords = begin.filter((edge) => edge.kind === "word");
  return {
    edges,
    ahead,
    end,
    openings: begin.some((edge) => edge.kind === "slot") ? undefined : new Set(firstWords.map((edge) => edge.word)),
    afterFirstWord: [...new Set(firstWords.map((edge) => edge.to))],
    afterFirstSlot: firstWords.flatMap(({ word, to }) =>
      (ahead[to] ?? []).flatMap((edge) => edge.kind === "slot" ? [{ word, slot: edge.name, node: edge.to }] : [])
    ),
  };
}

type Group = Extract<Part, { kind: "group" }>;

function freeRun(parts: readonly Part[], from: number): Group[] {
  const run: Group[] = [];
  for (const part of parts.slice(from)) {
    if (part.kind !== "group" || !part.optional || part.branches.some((branch) => !mayMove(branch))) break;
    run.push(part);
  }
  return run;
}

/** An option that says by its first word what it is, such as "named …", and is more than that word. */
function mayMove(branch: readonly Part[]): boolean {
  const [first] = branch;
  const opened = first?.kind === "word" ||
    (first?.kind === "group" && !first.optional && first.branches.every((inner) => inner[0]?.kind === "word"));
  return opened && branch.length > 1;
}

function closure(edges: readonly (readonly Edge[])[], from: readonly number[]): number[] {
  const seen = new Set(from);
  for (const at of seen) for (const edge of edges[at] ?? []) if (edge.kind === "skip") seen.add(edge.to);
  return [...seen];
}
