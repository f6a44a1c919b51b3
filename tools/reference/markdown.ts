/** Markdown that the references are written in. */

/** The first lines of every page that is written by a program. */
export function page(title: string, source: string, ...sections: string[]): string {
  const note = `<!-- Written by \`deno task build\` from ${source}. Change it there. -->`;
  return [`# ${title}`, note, ...sections].join("\n\n") + "\n";
}

/** A table; a cell may hold anything, `|` and line breaks too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");

/** Text as it stands, in a block. */
export const block = (text: string) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;

export const code = (text: string) => `\`${text}\``;

/**
 * The anchors that a page's headings get, in order, by GitHub's rule: lower case, punctuation dropped, spaces to `-`, a number after one
 * that was there before.
 */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  const prose = markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "");
  return [...prose.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = ""]) => {
    const anchor = anchorOf(heading);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** The anchor of one heading. */
export const anchorOf = (heading: string) =>
  heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase().replaceAll(/[^\p{L}\p{N}\-_ ]/gu, "").replaceAll(
    " ",
    "-",
  );
