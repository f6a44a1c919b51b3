/**
 * The test runner: `deno task test [unit|integration|e2e] [--filter TEXT]`.
 * Says first what this machine cannot run, and last `N passed, N failed, N skipped`.
 */
import { addCounts, countJunit, type Counts } from "./junit.ts";
import { findPytest, lookAround } from "./machine.ts";

type Kind = "unit" | "integration" | "e2e" | "python";

const root = new URL("../", import.meta.url);
const [first, ...rest] = Deno.args;
const only = ["unit", "integration", "e2e", "python"].includes(first ?? "") ? first as Kind : undefined;
const options = only === undefined ? Deno.args : rest;
if (options.includes("--help")) {
  console.log(
    "deno task test [unit|integration|e2e|python] [--filter TEXT]\n\nExample: deno task test unit --filter subject",
  );
  Deno.exit(0);
}

const machine = await lookAround();
for (const { name, found, without } of machine) {
  console.log(found === undefined ? `  without ${name}: left out: ${without}` : `  with ${name}: ${found}`);
}

const files: Record<Exclude<Kind, "python">, string[]> = { unit: [], integration: [], e2e: [] };
for await (const path of testFiles("")) files[kindOf(path)].push(path);

let total: Counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [] };
for (const kind of ["unit", "integration", "e2e"] as const) {
  if (only === undefined || only === kind) total = addCounts(total, await runDeno(kind));
}
const pytest = await findPytest();
if (pytest !== undefined && (only === undefined || only === "python")) {
  for (const folder of await pythonTests()) total = addCounts(total, await runPytest(pytest.python, folder));
}

for (const name of total.skippedNames) console.log(`left out: ${name}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
Deno.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function kindOf(path: string): Exclude<Kind, "python"> {
  if (path.startsWith("tests/e2e/")) return "e2e";
  return path.startsWith("tests/") || path.endsWith("_integration_test.ts") ? "integration" : "unit";
}

async function* testFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder || ".", root))) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory && !/^(\.|node_modules$|dist$)/.test(entry.name)) yield* testFiles(`${path}/`);
    if (entry.isFile && /_test\.tsx?$/.test(entry.name)) yield path;
  }
}

async function runDeno(kind: Exclude<Kind, "python">): Promise<Counts> {
  const parallel = kind === "unit" ? ["--parallel"] : [];
  return await run(kind, Deno.execPath(), (report) => [
    "test",
    "--no-prompt",
    "-A",
    // `deno task check` looks at the types of all files at once; here each worker that a test starts would be checked again
    "--no-check",
    ...parallel,
    `--junit-path=${report}`,
    ...options,
    ...files[kind].sort(),
  ]);
}

/** The tests of what runs inside applications, and of what helps scripts: `bridges/<app>/{app,python}/tests`. */
async function pythonTests(): Promise<string[]> {
  const folders: string[] = [];
  for await (const { name } of Deno.readDir(new URL("bridges/", root))) {
    for (const part of ["app", "python"]) {
      const folder = `bridges/${name}/${part}/tests`;
      const isThere = await Deno.stat(new URL(folder, root)).then(() => true, () => false);
      if (isThere) folders.push(folder);
    }
  }
  return folders.sort();
}

async function runPytest(python: string, folder: string): Promise<Counts> {
  return await run(`python: ${folder}`, python, (report) => ["-m", "pytest", "-q", `--junit-xml=${report}`, folder]);
}

/** Runs one command that leaves a JUnit report; a runner that ends badly without a failed test counts as one failure. */
async function run(title: string, command: string, args: (report: string) => string[]): Promise<Counts> {
  console.log(`\n== ${title} ==`);
  const report = await Deno.makeTempFile({ suffix: ".xml" });
  try {
    // for tests in Python that ask Deno what the manifest says
    const env = { DENO: Deno.execPath() };
    const how = { args: args(report), cwd: root, env, stdin: "null" } as const;
    const { success } = await new Deno.Command(command, how).spawn().status;
    const counts = countJunit(await Deno.readTextFile(report));
    return success || counts.failed > 0 ? counts : { ...counts, failed: 1 };
  } finally {
    await Deno.remove(report);
  }
}
