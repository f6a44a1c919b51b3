/** The start page's HTML: no script, nothing from elsewhere, everything from outside escaped. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { COMMAND, needsAttention, type StudioNow, whatRuns, whatWaits } from "./start_page_now.ts";
import { whatAsks, whatRan } from "./start_page_runs.ts";
import { START_PAGE_STYLE } from "./start_page_style.ts";
import type { Suggestion } from "./suggestions.ts";

const styleHash = createHash("sha256").update(START_PAGE_STYLE).digest("base64");
export const START_PAGE_CSP =
  `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export interface StartPageFacts {
  /** `http://127.0.0.1:7420` */
  origin: string;
  version: string;
  /** `undefined` when the page must not say. */
  now: (StudioNow & { suggestions: readonly Suggestion[] }) | undefined;
}

/** Where no application is known. */
const EXAMPLE: Suggestion = {
  app: "blender",
  title: "Blender",
  sentences: ["add a red cube named Hero at 1 2 0.5", "put a sun light above it", "point a camera at it", "render it"],
  query: "get_scene",
};

/** The page as a string. */
export function startPage({ origin, version, now }: StartPageFacts): string {
  return String(html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Patchbay</title>
        <style>${raw(START_PAGE_STYLE)}</style>
      </head>
      <body>
        <header>
          <h1>Patchbay</h1>
          <p>One instruction drives every creative application of the studio.</p>
        </header>
        <main>
          <section aria-labelledby="runs">
    <h2 id="runs">What runs</h2>
    ${whatRuns(now)}
          </section>
    ${now === undefined ? "" : whatAsks(now)}
    ${now === undefined ? "" : needsAttention(now)}
    ${now === undefined ? "" : whatRan(now)}
    ${now === undefined ? "" : whatWaits(now)}
          <section aria-labelledby="try">
    <h2 id="try">What to try</h2>
    ${whatToTry(origin, now?.suggestions ?? [])}
          </section>
          <section aria-labelledby="more">
            <h2 id="more">More</h2>
            <ul>
              <li><a href="/openapi.json">Every address of the API</a> (OpenAPI 3.1)</li>
              <li><a href="/readyz">Is every part there?</a></li>
            </ul>
          </section>
        </main>
        <footer>Patchbay ${version}${now === undefined
          ? ""
          : ` · as of ${new Date(now.at).toISOString().slice(11, 19)} UTC; load the page again for news`}</footer>
      </body>
    </html>
  `);
}

function whatToTry(origin: string, suggestions: readonly Suggestion[]) {
  const [first = EXAMPLE] = suggestions;
  const instruction = first.sentences.join(", ");
  return html`
    <p>Say it in a terminal, in the project's folder:</p>
    <pre>${COMMAND} do "${instruction}"</pre>
    ${suggestions.length === 0 ? "" : sentences(suggestions)}
    <p>Or over HTTP, with the key that the studio printed when it started; it keeps it in <code>.patchbay</code>, or in <code>$PATCHBAY_HOME</code>:</p>
    <pre>KEY=$(cat .patchbay/key)</pre>
    <p>First the plan, then, with <code>"mode": "run"</code>, the deed:</p>
    <pre>${curl(`${origin}/v1/instructions`, { instruction, mode: "plan" })}</pre>
    ${first.query === undefined ? "" : oneCommand(origin, first.app, first.query)}
    <p>Watch everything that happens:</p>
    <pre>curl -N -H "Authorization: Bearer $KEY" ${origin}/v1/events</pre>
  `;
}

function sentences(suggestions: readonly Suggestion[]) {
  const [{ app, sentences: [one = ""] }] = suggestions as [Suggestion];
  return html`
    <p>What the applications that are here understand, for example:</p>
    <dl class="sentences">${suggestions.map(({ title, sentences }) =>
      html`
        <dt>${title}</dt>
        <dd>
          <ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
        </dd>
      `
    )}</dl>
    ${suggestions.length === 1
      ? ""
      : html`<p>Where two of them could be meant, say which: <code>in ${app}, ${one}</code>.</p>`}
  `;
}

const oneCommand = (origin: string, app: string, command: string) =>
  html`
    <p>One command, without a plan:</p>
    <pre>${curl(`${origin}/v1/commands`, { bridge: `${app}.any`, command, args: {} })}</pre>
  `;

function curl(url: string, body: unknown): string {
  return `curl -s ${url} \\
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body)}'`;
}
