/** Finds the commands that an instruction may need, so that the model reads those and not all of a large studio's. */
import type { AppName, CommandDocument, CommandName, ManifestDocument } from "@patchbay/contracts";

export interface FoundCommand {
  app: AppName;
  command: CommandName;
  document: CommandDocument;
}

/** Larger than what people ask for in one instruction, smaller than what confuses a model. */
export const MAX_COMMANDS = 40;

/** All commands where they are few, else the ones nearest to the instruction; in the manifests' order. */
export function relevantCommands(
  instruction: string,
  manifests: readonly ManifestDocument[],
  limit: number = MAX_COMMANDS,
): FoundCommand[] {
  const all = manifests.flatMap(({ app, commands }) =>
    Object.entries(commands).map(([command, document]) => ({ app, command, document }))
  );
  if (all.length <= limit) return all;
  const bags = all.map(bagOf);
  const counts = new Map<string, number>();
  for (const bag of bags) for (const word of bag) counts.set(word, (counts.get(word) ?? 0) + 1);
  const asked = wordsOf(instruction);
  const scored = all.map((one, i) => {
    let score = 0;
    for (const word of asked) if (bags[i]?.has(word)) score += Math.log(1 + all.length / (counts.get(word) ?? 1));
    return { i, one, score };
  });
  const best = scored.sort((a, b) => b.score - a.score || a.i - b.i).slice(0, limit);
  return best.sort((a, b) => a.i - b.i).map(({ one }) => one);
}

function bagOf({ app, command, document }: FoundCommand): Set<string> {
  const phrases = document.phrases.map((phrase) => typeof phrase === "string" ? phrase : phrase.say);
  return wordsOf([app, command, document.summary, ...phrases].join(" "));
}

/** Words in lower case, with a plural's "s" left off. */
function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.map((word) => word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word));
}
