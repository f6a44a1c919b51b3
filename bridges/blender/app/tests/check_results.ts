/** Reads `[[command, result], …]` from standard input and says which results the manifest would refuse. */
import { blender } from "../../manifest.ts";
import { z } from "zod";

const Results = z.array(z.tuple([z.string(), z.json()]));
const commands = new Map(Object.entries(blender.commands));

/** The bridge puts an asset in the place of each file. */
function withAssets(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withAssets);
  if ("$file" in value) {
    const { name, mediaType } = z.object({ name: z.string(), mediaType: z.string() }).parse(value.$file);
    const id = "0".repeat(64);
    return { id, name, mediaType, size: 1, digest: `sha-256:${id}` };
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withAssets(each)]));
}

const results = Results.parse(JSON.parse(await new Response(Deno.stdin.readable).text()));
const lines = results.flatMap(([command, result]) => {
  const parsed = commands.get(command)?.result.safeParse(withAssets(result));
  if (parsed === undefined) return [`${command}: the manifest has no such command`];
  return parsed.success ? [] : [`${command}: ${z.prettifyError(parsed.error)}`];
});
const seen = new Set(results.map(([command]) => command));
lines.push(...[...commands.keys()].filter((each) => !seen.has(each)).map((each) => `${each}: was never run`));
await Deno.stdout.write(new TextEncoder().encode(lines.join("\n")));
