/** Where a new bridge goes, and what makes Deno find Patchbay from there. */
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type AppName, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";

export interface Place {
  folder: string;
  /** The path of the new member of the checkout's workspace; absent outside of the checkout. */
  member?: string;
}

/** The checkout that this command runs from. */
export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

/** `bridges/<name>` inside the checkout, `<name>` in the working folder elsewhere, or the folder that was named. */
export function placeOf({ app, dir, cwd, root }: { app: AppName; dir?: string; cwd: string; root: string }): Place {
  const folder = dir !== undefined
    ? resolve(cwd, dir)
    : isWithin(root, cwd)
    ? join(root, "bridges", app)
    : join(cwd, app);
  return isWithin(root, folder) ? { folder, member: `./${relative(root, folder).replaceAll("\\", "/")}` } : { folder };
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return !way.startsWith("..") && !isAbsolute(way);
}

const RootConfig = z.looseObject({
  workspace: z.array(z.string()),
  imports: z.record(z.string(), z.string()),
  compilerOptions: z.record(z.string(), z.unknown()).default({}),
  lint: z.record(z.string(), z.unknown()).default({}),
});
const MemberConfig = z.looseObject({
  name: z.string(),
  exports: z.union([z.string(), z.record(z.string(), z.string())]),
});

/** The `deno.json` of a member of the checkout's workspace. */
export function memberConfig(app: AppName): string {
  return format({ name: `@patchbay/bridge-${app}`, version: "0.1.0", exports: "./mod.ts" });
}

/** The `deno.json` of a bridge elsewhere: its imports lead to the checkout, in the versions that the checkout has. */
export async function outsideConfig(root: string): Promise<string> {
  const { imports, workspace, compilerOptions, lint, allowScripts } = RootConfig.parse(
    await readJson(join(root, "deno.json")),
  );
  return format({
    imports: { ...imports, ...Object.fromEntries(await membersOf(root, workspace)) },
    compilerOptions,
    lint,
    allowScripts,
    fmt: { lineWidth: 120 },
    tasks: { test: "deno test --no-prompt -A", simulate: "deno run --no-prompt -A main.ts --simulate" },
  });
}

/** What each member exports, by its specifier: `@patchbay/bus/permissions`. */
async function membersOf(root: string, workspace: readonly string[]): Promise<[string, string][]> {
  const members = await Promise.all(workspace.map(async (path) => {
    const folder = join(root, path);
    const { name, exports } = MemberConfig.parse(await readJson(join(folder, "deno.json")));
    const entries = typeof exports === "string" ? { ".": exports } : exports;
    return Object.entries(entries).map(([key, file]): [string, string] => [
      name + key.slice(1),
      pathToFileURL(join(folder, file)).href,
    ]);
  }));
  return members.flat();
}

/**
 * The checkout's `deno.json` with one more member, and nothing else changed.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` for one whose workspace cannot be read
 */
export function withMember(text: string, member: string): string {
  const { workspace } = RootConfig.parse(JSON.parse(text));
  if (workspace.includes(member)) return text;
  const neighbour = workspace.findLast((path) => path.startsWith("./bridges/")) ?? workspace.at(-1);
  const line = neighbour === undefined ? undefined : new RegExp(`^([ \\t]*)"${RegExp.escape(neighbour)}"`, "m");
  if (line === undefined || !line.test(text)) {
    throw PatchbayError.of("INVALID_CONFIGURATION", "Cannot add a member to the workspace: its list has another form", {
      remedy: `Add "${member}" to the "workspace" of deno.json.`,
    });
  }
  return text.replace(line, (found, indent: string) => `${found},\n${indent}"${member}"`);
}

const readJson = async (path: string): Promise<unknown> => JSON.parse(await Deno.readTextFile(path));
const format = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
