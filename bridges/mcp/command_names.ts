/** Tools by the name that their commands have in Patchbay: the same at every start, whatever else is in the list. */
import { createHash } from "node:crypto";
import { CommandName } from "@patchbay/contracts";

/**
 * A name that is one already stays. Another one gets its odd characters replaced, and where that could be another tool's name
 * too, a few digits of its digest.
 *
 * @param reserved names that no tool may have
 * @returns tool by command
 */
export function commandNames(tools: readonly string[], reserved: readonly string[]): Map<string, string> {
  const distinct = [...new Set(tools)];
  const wanted = distinct.map((tool) => ({ tool, name: isCommandName(tool) ? tool : similar(tool) }));
  const uses = new Map<string, number>();
  for (const { name } of wanted) uses.set(name, (uses.get(name) ?? 0) + 1);
  const taken = new Set([...reserved, ...distinct.filter(isCommandName)]);
  const names = wanted.map(({ tool, name }): [string, string] => {
    const isOwn = name === tool && !reserved.includes(name);
    const isFree = !taken.has(name) && uses.get(name) === 1;
    return [isOwn || isFree ? name : `${name.slice(0, 55)}_${digits(tool)}`, tool];
  });
  return new Map(names);
}

const isCommandName = (name: string) => CommandName.safeParse(name).success;

function similar(tool: string): string {
  const plain = tool.normalize("NFKD").replaceAll(/[^A-Za-z0-9_-]+/g, "_").replaceAll(/^_+|_+$/g, "").slice(0, 64);
  return /^[A-Za-z]/.test(plain) ? plain : `tool_${plain}`.replace(/_+$/, "").slice(0, 64);
}

const digits = (tool: string) => createHash("sha256").update(tool).digest("hex").slice(0, 8);
