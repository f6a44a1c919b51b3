/** Checks that imports point the way the design says: `contracts <- telemetry <- bus <- services, bridges/kit <- bridges <- cli`. */
import { dirname, join, normalize } from "node:path/posix";

/** One source file, by its path from the repository's root, with `/`. */
export interface SourceFile {
  path: string;
  text: string;
}

export interface Violation {
  kind: "reversed arrow" | "circle" | "unknown part";
  message: string;
}

/** What each part may import, besides itself. `*` stands for every part. */
const ARROWS: readonly { part: RegExp; may: readonly string[] }[] = [
  { part: /^shared\/contracts$/, may: [] },
  { part: /^shared\/telemetry$/, may: ["shared/contracts"] },
  { part: /^shared\/bus$/, may: ["shared/contracts", "shared/telemetry"] },
  { part: /^shared\/client$/, may: ["shared/contracts"] },
  { part: /^shared\/testing$/, may: ["shared/contracts", "shared/telemetry", "shared/bus", "bridges/kit"] },
  { part: /^bridges\/kit$/, may: ["shared/contracts", "shared/telemetry", "shared/bus"] },
  { part: /^bridges\//, may: ["shared/contracts", "shared/telemetry", "shared/bus", "bridges/kit"] },
  { part: /^services\//, may: ["shared/contracts", "shared/telemetry", "shared/bus"] },
  { part: /^deploy$/, may: ["shared/contracts", "shared/telemetry", "shared/bus"] },
  { part: /^examples$/, may: ["shared/contracts", "shared/client"] },
  { part: /^(cli|tools)$/, may: ["*"] },
  { part: /^tests$/, may: ["*", "tests"] },
];

/** A test may use the fixtures, whatever part it tests. */
const FOR_TESTS = ["shared/testing", "bridges/kit"];

/** A test, or what tests of one part share: `x_test.ts`, `test_x.ts`, `testing/x.ts`. */
export function isForTests(path: string): boolean {
  return /(_test\.ts$|\/test_[^/]*\.ts$|\/testing\/)/.test(path) && partOf(path) !== "shared/testing";
}

/** `bridges/kit/queue.ts` belongs to the part `bridges/kit`, `cli/main.ts` to `cli`. */
export function partOf(path: string): string {
  const [first, second] = path.split("/");
  return ["shared", "services", "bridges"].includes(first ?? "") ? `${first}/${second}` : first ?? path;
}

/** The specifiers that a file imports or re-exports, statically or dynamically. */
export function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}

/**
 * Every arrow that points the wrong way, and every circle of files.
 * @param members name of each workspace member (`@patchbay/bus`) with its folder (`shared/bus`)
 */
export function checkImports(files: readonly SourceFile[], members: ReadonlyMap<string, string>): Violation[] {
  const known = new Set(files.map(({ path }) => path));
  const graph = new Map<string, string[]>();
  const violations: Violation[] = [];
  for (const { path, text } of files) {
    const targets = importsOf(text).map((specifier) => resolve(specifier, path, members)).filter((to) =>
      to !== undefined
    );
    graph.set(path, targets.filter((to) => known.has(to)));
    for (const to of targets) violations.push(...checkArrow(path, to));
  }
  return [...violations, ...findCircles(graph)];
}

function resolve(specifier: string, from: string, members: ReadonlyMap<string, string>): string | undefined {
  if (specifier.startsWith(".")) return normalize(join(dirname(from), specifier));
  const name = specifier.split("/").slice(0, 2).join("/");
  const folder = members.get(name);
  return folder === undefined ? undefined : `${folder}/mod.ts`;
}

function checkArrow(from: string, to: string): Violation[] {
  const [part, other] = [partOf(from), partOf(to)];
  if (isForTests(to) && !isForTests(from) && part !== "tests") {
    return [{ kind: "reversed arrow", message: `${from} imports ${to}, which is for tests only` }];
  }
  if (part === other) return [];
  const rule = ARROWS.find((arrow) => arrow.part.test(part));
  if (rule === undefined) {
    return [{ kind: "unknown part", message: `${from}: '${part}' has no rule in tools/import_direction.ts` }];
  }
  const may = isForTests(from) ? [...rule.may, ...FOR_TESTS] : rule.may;
  const anything = may.includes("*") && (other !== "tests" || part === "tests");
  if (anything || may.includes(other)) return [];
  return [{
    kind: "reversed arrow",
    message: `${from} imports ${to}: '${part}' may import only ${may.join(", ") || "nothing of ours"}`,
  }];
}

/** Depth-first search with an explicit stack; a file met again while it is open closes a circle. */
function findCircles(graph: ReadonlyMap<string, readonly string[]>): Violation[] {
  const done = new Set<string>();
  const circles: Violation[] = [];
  for (const start of graph.keys()) {
    const open: { file: string; next: number }[] = done.has(start) ? [] : [{ file: start, next: 0 }];
    while (open.length > 0) {
      const top = open.at(-1)!;
      const target = graph.get(top.file)?.[top.next++];
      if (target === undefined) {
        done.add(top.file);
        open.pop();
      } else if (!done.has(target)) {
        const at = open.findIndex(({ file }) => file === target);
        if (at === -1) open.push({ file: target, next: 0 });
        else {circles.push({
            kind: "circle",
            message: [...open.slice(at).map(({ file }) => file), target].join(" -> "),
          });}
      }
    }
  }
  return circles;
}
