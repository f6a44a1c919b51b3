/** The links in Markdown that lead to files of ours: which of them lead nowhere. */
import { dirname, join, normalize } from "node:path/posix";
import { anchorsOf } from "./reference/markdown.ts";

/** What is at a path from the repository's root: the text of a page, `true` for anything else, `undefined` for nothing. */
export type Lookup = (path: string) => Promise<string | true | undefined>;

/** The relative links of a page, as they are written; not what stands in code. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "").replaceAll(/(`+)[\s\S]*?\1/g, "code");
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)];
  const named = [...prose.matchAll(/^\[[^\]]+\]: *<?([^\s>]+)/gm)];
  const html = [...prose.matchAll(/<(?:img|a)\s[^>]*?(?:src|href)="([^"]+)"/g)];
  return [...inline, ...named, ...html].map(([, target = ""]) => target).filter((target) => !isElsewhere(target));
}

const isElsewhere = (target: string) => /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target);

/** One line for each link of the page that leads nowhere. @param path of the page, from the repository's root */
export async function brokenLinks(path: string, markdown: string, lookup: Lookup): Promise<string[]> {
  const broken: string[] = [];
  for (const target of new Set(linksOf(markdown))) {
    const [file = "", anchor] = decodeURI(target).split("#");
    const to = file === "" ? path : normalize(join(dirname(path), file)).replace(/\/$/, "");
    const found = file === "" ? markdown : to.startsWith("..") ? undefined : await lookup(to);
    if (found === undefined) broken.push(`${path}: ${target} leads to no file`);
    else if (anchor !== undefined && typeof found === "string" && !hasAnchor(found, anchor)) {
      broken.push(`${path}: ${target} leads to no heading of ${to}`);
    }
  }
  return broken;
}

const hasAnchor = (page: string, anchor: string) => anchorsOf(page).includes(anchor) || page.includes(`id="${anchor}"`);
