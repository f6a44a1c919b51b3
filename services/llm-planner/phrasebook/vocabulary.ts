/** Everything that can be asked for: the phrases of all applications, compiled. */
import type { AppName, CommandDocument, CommandName, ManifestDocument } from "@patchbay/contracts";
import { buildGraph, type Graph } from "./graph.ts";
import { neededWords, parsePattern, PatternError, sayable, slotsOf, wordsOf } from "./pattern.ts";
import { propertiesOf, type SchemaNode } from "./schema_node.ts";
import { type Slot, slotOf } from "./slots.ts";

/** One command, with its arguments as slots. */
export interface CommandEntry {
  app: AppName;
  command: CommandName;
  document: CommandDocument;
  properties: ReadonlyMap<string, SchemaNode>;
  required: ReadonlySet<string>;
  slots: ReadonlyMap<string, Slot>;
  /** Every kind of thing that the application's commands tell apart. */
  kinds: ReadonlySet<string>;
  /** Other words for what the application makes: a "ball" is called `Sphere` there. */
  synonyms: ReadonlyMap<string, string>;
}

/** One way to ask for a command. */
export interface PhraseEntry {
  entry: CommandEntry;
  /** Arguments that the phrase implies. */
  implied: Readonly<Record<string, unknown>>;
  /** The kinds of thing that it can be said of. */
  about: readonly string[] | undefined;
  graph: Graph;
  /** As a person would say it. */
  say: string;
  words: ReadonlySet<string>;
  /** The words that it cannot do without, each with what may stand in its place. */
  needed: readonly (readonly string[])[];
}

export interface Vocabulary {
  phrases: readonly PhraseEntry[];
  /** Phrases that could not be read, with the reason: the manifest's fault. */
  refused: readonly string[];
  /** The phrases that can begin with this word. */
  beginningWith(word: string): readonly PhraseEntry[];
}

/** The phrases of some applications, in the order of their names; those of one manifest are compiled once. */
export function compileVocabulary(manifests: Iterable<ManifestDocument>): Vocabulary {
  const compiled = [...manifests].sort((a, b) => a.app < b.app ? -1 : 1).map(compiledOnce);
  const phrases = compiled.flatMap((one) => one.phrases);
  const refused = compiled.flatMap((one) => one.refused);
  const byWord = new Map<string, PhraseEntry[]>();
  const anyWord = phrases.filter(({ graph }) => graph.openings === undefined);
  for (const phrase of phrases) {
    for (const word of phrase.graph.openings ?? []) byWord.set(word, [...byWord.get(word) ?? anyWord, phrase]);
  }
  return { phrases, refused, beginningWith: (word) => byWord.get(word) ?? anyWord };
}

type Compiled = Pick<Vocabulary, "phrases" | "refused">;

const compiledManifests = new WeakMap<ManifestDocument, Compiled>();

function compiledOnce(manifest: ManifestDocument): Compiled {
  const known = compiledManifests.get(manifest) ?? compileManifest(manifest);
  compiledManifests.set(manifest, known);
  return known;
}

function compileManifest({ app, commands }: ManifestDocument): Compiled {
  const phrases: PhraseEntry[] = [];
  const refused: string[] = [];
  const kinds = new Set<string>();
  const synonyms = new Map<string, string>();
  for (const [command, document] of Object.entries(commands)) {
    compileCommand({ app, command, document, kinds, synonyms }, phrases, refused);
  }
  return { phrases, refused };
}

/** The phrases that cannot be read, each with its command and the reason: for whoever writes a manifest. */
export function unreadablePhrases(manifests: Iterable<ManifestDocument>): readonly string[] {
  return compileVocabulary(manifests).refused;
}

function compileCommand(
  { kinds, synonyms, ...command }: Pick<CommandEntry, "app" | "command" | "document"> & {
    kinds: Set<string>;
    synonyms: Map<string, string>;
  },
  phrases: PhraseEntry[],
  refused: string[],
): void {
  const { app, document } = command;
  const { properties, required } = propertiesOf(document.args);
  const slots = new Map([...properties].map(([name, node]) => [name, slotOf(name, node, required.has(name))]));
  const entry = { ...command, properties, required, slots, kinds, synonyms };
  for (const node of properties.values()) {
    for (const kind of node.kinds ?? []) kinds.add(kind);
    for (const [value, ways] of Object.entries(node.says)) for (const way of ways) synonyms.set(way, value);
  }
  for (const phrase of document.phrases) {
    const { say, args: implied = {}, about } = typeof phrase === "string" ? { say: phrase } : phrase;
    for (const kind of about ?? []) kinds.add(kind);
    try {
      const parts = parsePattern(say);
      const unknown = [...slotsOf(parts)].find((name) => !slots.has(name));
      if (unknown !== undefined) {
        throw new PatternError(`Cannot use phrase '${say}': no argument is called '${unknown}'`);
      }
      phrases.push({
        entry,
        implied,
        about,
        graph: buildGraph(parts),
        say: sayable(parts),
        words: wordsOf(parts),
        needed: neededWords(parts),
      });
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      refused.push(`${app}.${command.command}: ${error.message}`);
    }
  }
}
