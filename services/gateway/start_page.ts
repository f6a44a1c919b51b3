/** The start page's HTML: no script, nothing from elsewhere, everything from outside escaped. */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import { type BridgeStatus, formatAddress, type Presence } from "@patchbay/contracts";
import { START_PAGE_STYLE } from "./start_page_style.ts";

const styleHash = createHash("sha256").update(START_PAGE_STYLE).digest("base64");
export const START_PAGE_CSP =
  `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export interface StartPageFacts {
  /** `http://127.0.0.1:7420` */
  origin: string;
  version: string;
  /** `undefined` when the page must not say. */
  bridges: readonly Presence[] | "unavailable" | undefined;
}

const STATUS: Record<BridgeStatus, { text: string; mood: "good" | "busy" | "bad" }> = {
  idle: { text: "ready", mood: "good" },
  executing: { text: "working", mood: "busy" },
  initializing: { text: "starting", mood: "busy" },
  draining: { text: "finishing", mood: "busy" },
  degraded: { text: "trouble", mood: "bad" },
  disconnected: { text: "no application", mood: "bad" },
};

/** How the command is called in the project's folder, where nothing is installed. */
const COMMAND = "npx -y deno task patchbay";

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  blender: [
    "add a red cube named Hero at 1 2 0.5, put a sun light above it, point a camera at it and render it",
    "add a sphere named Moon at 0 0 3, make it blue",
  ],
};

/** The page as a string. */
export function startPage({ origin, version, bridges }: StartPageFacts): string {
  const present = Array.isArray(bridges) ? bridges as readonly Presence[] : [];
  const app = present.find(({ app }) => Object.hasOwn(EXAMPLES, app))?.app ?? "blender";
  const [instruction = "", ...more] = EXAMPLES[app] ?? [];
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
    ${whatRuns(bridges)}
          </section>
          <section aria-labelledby="try">
    <h2 id="try">What to try</h2>
    <p>Say it in a terminal, in the project's folder:</p>
    <pre>${COMMAND} do "${instruction}"</pre>
    ${more.map((one) => html`<pre>${COMMAND} do "${one}"</pre>`)}
    <p>Or over HTTP, with the key that the studio printed when it started; it keeps it in <code>.patchbay</code>, or in <code>$PATCHBAY_HOME</code>:</p>
    <pre>KEY=$(cat .patchbay/key)</pre>
    <p>First the plan, then, with <code>"mode": "run"</code>, the deed:</p>
    <pre>${curl(`${origin}/v1/instructions`, { instruction, mode: "plan" })}</pre>
    <p>One command, without a plan:</p>
    <pre>${curl(`${origin}/v1/commands`, { bridge: `${app}.any`, command: "get_scene", args: {} })}</pre>
    <p>Watch everything that happens:</p>
    <pre>curl -N -H "Authorization: Bearer $KEY" ${origin}/v1/events</pre>
          </section>
          <section aria-labelledby="more">
            <h2 id="more">More</h2>
            <ul>
              <li><a href="/openapi.json">Every address of the API</a> (OpenAPI 3.1)</li>
              <li><a href="/readyz">Is every part there?</a></li>
            </ul>
          </section>
        </main>
        <footer>Patchbay ${version}</footer>
      </body>
    </html>
  `);
}

function whatRuns(bridges: StartPageFacts["bridges"]) {
  if (bridges === undefined) {
    return html`<p>The studio is up. <code>GET /v1/bridges</code> with a key says which applications are here.</p>`;
  }
  if (bridges === "unavailable") {
    return html`<p class="note">The studio cannot say just now: a part of it is missing. <a href="/readyz">Which one?</a></p>`;
  }
  if (bridges.length === 0) {
    return html`<p class="note">No application yet. Start one with <code>${COMMAND} bridge blender</code>.</p>`;
  }
  return html`<ul class="bridges">${bridges.map(bridgeCard)}</ul>`;
}

function bridgeCard(bridge: Presence) {
  const { text, mood } = STATUS[bridge.status];
  const what = [
    `${bridge.title}${bridge.appVersion === undefined ? "" : ` ${bridge.appVersion}`}`,
    bridge.simulated ? "simulated" : "real",
    `on ${bridge.host}`,
    ...(bridge.queued > 0 ? [`${bridge.queued} waiting`] : []),
    ...(bridge.allowCode ? ["may run code"] : []),
  ];
  return html`<li>
<strong>${formatAddress(bridge)}</strong> <span class="status ${mood}">${text}</span>
<span class="what">${what.join(" · ")}</span>
${mood === "bad" ? html`<span class="what">${bridge.reason}</span>` : ""}
</li>`;
}

function curl(url: string, body: unknown): string {
  return `curl -s ${url} \\
  -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
  -d '${JSON.stringify(body)}'`;
}
