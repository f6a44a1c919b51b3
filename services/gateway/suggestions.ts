/** What could be said to the applications that are here, as their manifests have it. */
import type { AppName, CommandDocument, ManifestDocument, Presence } from "@patchbay/contracts";
import { phraseExample, requiredOf } from "./phrase_example.ts";

export interface Suggestion {
  app: AppName;
  title: string;
  /** Each is understood by itself, and all of them one after the other. */
  sentences: readonly string[];
  /** A query that needs no arguments. */
  query?: string;
}

/** More would be a manual. */
const MOST_APPS = 4;
const MOST_DEEDS = 3;
const MOST_QUESTIONS = 1;

/** Of applications that can be used now first; none that would destroy something, or run code. */
export function suggestionsFor(
  present: readonly Presence[],
  manifests: ReadonlyMap<AppName, ManifestDocument>,
): Suggestion[] {
  const connected = present.filter(({ status }) => status === "idle" || status === "executing");
  const apps = new Set([...connected, ...present].map(({ app }) => app));
  return [...apps].flatMap((app) => {
    const manifest = manifests.get(app);
    return manifest === undefined ? [] : [suggestionOf(manifest)];
  }).filter(({ sentences }) => sentences.length > 0).slice(0, MOST_APPS);
}

function suggestionOf({ app, title, commands }: ManifestDocument): Suggestion {
  // what can be asked for in many ways is what people use
  const known = Object.entries(commands).toSorted(([, a], [, b]) => b.phrases.length - a.phrases.length);
  const sentences = (fits: (command: CommandDocument) => boolean, most: number) =>
    known.flatMap(([, command]) => (fits(command) ? phraseExample(command) : undefined) ?? []).slice(0, most);
  const query = known.find(([, { kind, args }]) => kind === "query" && requiredOf(args).length === 0)?.[0];
  return {
    app,
    title,
    sentences: [
      ...sentences(({ kind, effect }) => kind === "execute" && effect === "write", MOST_DEEDS),
      ...sentences(({ kind }) => kind === "query", MOST_QUESTIONS),
    ],
    ...(query === undefined ? {} : { query }),
  };
}
