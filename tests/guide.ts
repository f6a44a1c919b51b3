/** A guide in Markdown, taken apart into what its reader does and what it promises to show. */

export type GuideStep =
  /** Commands for a shell. */
  | { kind: "sh"; text: string; shows: string[] }
  /** A change to a file. */
  | { kind: "diff"; file: string; before: string; after: string };

/** The fenced blocks of a page: `sh`, `diff`, and `text` for what the `sh` before it shows. */
export function guideSteps(markdown: string): GuideStep[] {
  const steps: GuideStep[] = [];
  for (const [, language, body = ""] of markdown.matchAll(/^```(sh|diff|text)\n([\s\S]*?)^```$/gm)) {
    const last = steps.at(-1);
    if (language === "sh") steps.push({ kind: "sh", text: body, shows: [] });
    else if (language === "diff") steps.push(changeOf(body));
    else if (last?.kind === "sh") last.shows.push(...body.trimEnd().split("\n"));
  }
  return steps;
}

function changeOf(diff: string): GuideStep {
  const lines = diff.trimEnd().split("\n");
  const file = lines.find((line) => line.startsWith("+++ "))?.slice(4);
  if (file === undefined) throw new Error(`A change without a file:\n${diff}`);
  const changed = lines.filter((line) => !/^(---|\+\+\+|@@) ?/.test(line));
  const side = (mark: string) =>
    changed.filter((line) => line.startsWith(mark) || !/^[+-]/.test(line)).map((line) => line.slice(1)).join("\n");
  return { kind: "diff", file, before: side("-"), after: side("+") };
}

/** The first of the promised lines that was not printed, in their order; `…` stands for anything. */
export function missingLine(shows: readonly string[], printed: readonly string[]): string | undefined {
  let at = 0;
  for (const line of shows) {
    const pattern = new RegExp(line.split("…").map((part) => RegExp.escape(part.trim())).join(".*"));
    const found = printed.findIndex((text, index) => index >= at && pattern.test(text));
    if (found === -1) return line;
    at = found;
  }
  return undefined;
}
