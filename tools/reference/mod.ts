/** The generated references: everything in `docs/reference`, made from the code that it describes. */
import { abletonReference } from "./ableton.ts";
import { asyncApiReference } from "./asyncapi.ts";
import { blenderReference } from "./blender.ts";
import { cascadeurReference } from "./cascadeur.ts";
import { cliReference } from "./cli.ts";
import { errorReference } from "./errors.ts";
import { page, table } from "./markdown.ts";
import { openApiReference } from "./openapi.ts";
import { oscManifestSchema, supercolliderReference, touchoscReference } from "./osc.ts";
import { schemaReferences } from "./schemas.ts";
import { touchdesignerReference } from "./touchdesigner.ts";

/** Where they are kept. */
export const REFERENCE_FOLDER = new URL("../../docs/reference/", import.meta.url);

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Every file by its path in the folder, as it should be now. The same code gives the same bytes. */
export async function references(): Promise<Map<string, string>> {
  const schemas = schemaReferences();
  return new Map([
    ["README.md", index(Object.keys(schemas))],
    ["ableton.md", abletonReference()],
    ["asyncapi.json", json(asyncApiReference())],
    ["blender.md", blenderReference()],
    ["cascadeur.md", cascadeurReference()],
    ["cli.md", cliReference()],
    ["errors.md", errorReference()],
    ["openapi.json", json(await openApiReference())],
    ["osc-manifest.schema.json", json(oscManifestSchema())],
    ["supercollider.md", await supercolliderReference()],
    ["touchosc.md", await touchoscReference()],
    ["touchdesigner.md", touchdesignerReference()],
    ...Object.entries(schemas).map(([path, schema]) => [path, json(schema)] as const),
  ]);
}

function index(schemas: readonly string[]): string {
  return page(
    "Reference",
    "the code",
    "All of this is written by `deno task build`; a test fails while it is not what the code says.",
    table(["", "what it describes"], [
      ["[ableton.md](ableton.md)", "every command, event, channel and piece of state of Ableton Live"],
      ["[blender.md](blender.md)", "every command, event and piece of state of Blender"],
      ["[cascadeur.md](cascadeur.md)", "every command, event and piece of state of Cascadeur"],
      ["[touchdesigner.md](touchdesigner.md)", "every command, event, channel and piece of state of TouchDesigner"],
      [
        "[supercollider.md](supercollider.md)",
        "every command, event, channel and piece of state of SuperCollider's server",
      ],
      ["[touchosc.md](touchosc.md)", "the same of a control surface such as TouchOSC's"],
      [
        "[osc-manifest.schema.json](osc-manifest.schema.json)",
        "what a manifest file of an OSC bridge may hold, as JSON Schema for editors",
      ],
      ["[cli.md](cli.md)", "every `patchbay` command"],
      ["[errors.md](errors.md)", "every error, and what to do about it"],
      ["[openapi.json](openapi.json)", "the gateway's HTTP interface (OpenAPI 3.1)"],
      ["[asyncapi.json](asyncapi.json)", "the bus: subjects, messages, who sends them (AsyncAPI 3.0)"],
      [`[schemas](schemas)`, `the ${schemas.length} messages as JSON Schema 2020-12`],
    ]),
  );
}

/** The files in the folder that are missing, changed or no longer made, by their paths. */
export async function staleReferences(): Promise<string[]> {
  const wanted = await references();
  const stale = new Set<string>();
  for (const [path, text] of wanted) if (await read(path) !== text) stale.add(path);
  for await (const path of referenceFiles("")) if (!wanted.has(path)) stale.add(path);
  return [...stale].sort();
}

/** Writes the folder anew; answers the paths that changed. */
export async function writeReferences(): Promise<string[]> {
  const wanted = await references();
  const stale = await staleReferences();
  for (const path of stale) {
    const url = new URL(path, REFERENCE_FOLDER);
    const text = wanted.get(path);
    if (text === undefined) {
      await Deno.remove(url);
      continue;
    }
    await Deno.mkdir(new URL(".", url), { recursive: true });
    await Deno.writeTextFile(url, text);
  }
  return stale;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(new URL(path, REFERENCE_FOLDER));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function* referenceFiles(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of Deno.readDir(new URL(folder, REFERENCE_FOLDER))) {
      if (entry.isDirectory) yield* referenceFiles(`${folder}${entry.name}/`);
      else yield `${folder}${entry.name}`;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
