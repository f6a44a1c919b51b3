/** The templates say `lamp`; here it becomes the name of the new bridge, in whatever form it stands. */
import type { AppName } from "@patchbay/contracts";

export interface Naming {
  /** `led-wall` */
  app: AppName;
  /** For prose and phrases: `led wall` */
  words: string;
  /** `Led wall` */
  title: string;
  /** The beginning of a value's name: `ledWall` */
  camel: string;
  /** The beginning of a type's name: `LedWall` */
  pascal: string;
}

export function namingOf(app: AppName): Naming {
  const parts = app.split(/[-_]+/).filter((part) => part !== "");
  const words = parts.join(" ");
  const pascal = parts.map(capitalized).join("");
  return { app, words, title: capitalized(words), camel: `${pascal[0]?.toLowerCase()}${pascal.slice(1)}`, pascal };
}

/** A template's text under the new name. Imports from a neighbouring folder of templates become imports of neighbours. */
export function rename(text: string, { app, words, title, camel, pascal }: Naming): string {
  const article = /^[aeiou]/.test(words) ? "an" : "a";
  return text
    .replaceAll(/"\.\.\/[a-z_]+\//g, '"./')
    .replaceAll(/\blamp(?=[A-Z])/g, camel)
    .replaceAll(/Lamp(?=[A-Z])/g, pascal)
    .replaceAll('"lamp"', `"${app}"`)
    .replaceAll('"Lamp"', `"${title}"`)
    // in paths
    .replaceAll(/(?<=[/-])lamp\b/g, app)
    .replaceAll(/\b([Aa]) lamp\b/g, (_, a: string) => `${a === "A" ? capitalized(article) : article} ${words}`)
    .replaceAll(/\blamp\b/g, words)
    .replaceAll(/\bLamp\b/g, title);
}

const capitalized = (text: string) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
