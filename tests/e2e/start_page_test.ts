/** The start page as a person sees it: on a desk and on a phone, by day and by night, with and without bridges. */
import assert from "node:assert/strict";
import { type Alert, type JobRecord, newId, type Plan, type PlanRecord, type Presence } from "@patchbay/contracts";
import type { RunNow } from "../../services/gateway/start_page_now.ts";
import type { Page } from "playwright-core";
import { START_PAGE_CSP, startPage, type StartPageFacts } from "../../services/gateway/start_page.ts";
import { hasChromium, startBrowser, visit } from "../browser.ts";
import { startTestStudio } from "../studio.ts";

const WINDOWS = [
  { name: "on a desk by day", width: 1280, height: 800, colorScheme: "light" },
  { name: "on a desk by night", width: 1280, height: 800, colorScheme: "dark" },
  { name: "on a phone by day", width: 390, height: 844, colorScheme: "light" },
  { name: "on a phone by night", width: 390, height: 844, colorScheme: "dark" },
] as const;
// without a browser there is nothing to look with: Debian's `chromium` brings one
const ignore = !hasChromium;

const presence = (bridge: string, more: Partial<Presence> = {}): Presence => ({
  app: "blender",
  bridge,
  instance: newId(),
  status: "idle",
  reason: "connected",
  title: "Blender",
  appVersion: "5.0.1",
  host: bridge,
  pid: 1,
  startedAt: 0,
  bridgeVersion: "0.1.0",
  simulated: false,
  allowCode: false,
  queued: 0,
  ...more,
});

/** As hostile to a layout as names may be. */
const CROWD: Presence[] = [
  presence("ws-01"),
  presence("ws-02", { status: "executing", queued: 12, allowCode: true }),
  presence("a-workstation-whose-name-somebody-made-as-long-as-names-may-be", { host: "h".repeat(60) }),
  presence("ws-04", { status: "degraded", reason: `the application does not answer: ${"x".repeat(200)}` }),
  presence("ws-05", { status: "disconnected", simulated: true, reason: "<b>waiting</b> for Blender" }),
  ...Array.from({ length: 20 }, (_, i) => presence(`farm-${i}`, { app: "touchdesigner", title: "TouchDesigner" })),
];

const NOW = Date.UTC(2030, 0, 2);

const ALERTS: Alert[] = [
  {
    severity: "error",
    code: "APP_CRASHED",
    message: `The job 'render_animation' was given up: ${"crash ".repeat(40)}<script>alert(1)</script>`,
    remedy: "Look at the log of the bridge, and send the job again.",
    at: NOW - 5 * 60_000,
    app: "blender",
    bridge: "ws-04",
  },
  { severity: "warning", code: "QUOTA_EXCEEDED", message: "x".repeat(300), remedy: "Make room.", at: NOW - 7_200_000 },
];

const JOBS: JobRecord[] = Array.from({ length: 9 }, (_, i) => ({
  id: newId(),
  app: "blender",
  bridge: "any",
  command: i === 0 ? "c".repeat(64) : "render_animation",
  priority: i === 1 ? "high" : "normal",
  status: i < 2 ? "running" : "queued",
  queuedAt: NOW - i * 60_000,
  ...(i < 2 ? { runsOn: "ws-02" } : {}),
}));

const PLAN: Plan = {
  id: newId(),
  instruction: `delete Hero <i>${"and all others ".repeat(20)}`,
  steps: Array.from({ length: 9 }, (_, i) => ({
    id: `s${i + 1}`,
    app: "blender",
    command: i === 4 ? "c".repeat(64) : "delete_object",
    args: {},
    dependsOn: [],
    onError: "stop",
  })),
  provenance: { provider: "phrasebook", createdAt: 0 },
};

const WAITING: PlanRecord[] = [{
  plan: PLAN,
  status: "awaiting_approval",
  updatedAt: NOW,
  requested: { runId: newId(), digest: `sha256:${"0".repeat(64)}`, at: NOW - 180_000, correlationId: newId() },
}];

const summary = (status: RunNow["status"], instruction: string, minutes: number): RunNow => ({
  id: newId(),
  planId: PLAN.id,
  kind: "run",
  instruction,
  status,
  startedAt: NOW - minutes * 60_000,
  ...(status === "running" ? {} : { finishedAt: NOW - minutes * 60_000 + 1_250 }),
  steps: 9,
});

const going = summary("running", "render the whole film", 4);
const RUNS: RunNow[] = [
  {
    ...going,
    now: {
      id: going.id,
      plan: PLAN,
      status: "running",
      correlationId: newId(),
      startedAt: going.startedAt,
      steps: {
        s1: { status: "succeeded" },
        s2: { status: "succeeded" },
        s3: { status: "running", waiting: `waits for blender.ws-04: ${"x".repeat(200)}` },
      },
    },
  },
  summary("succeeded", "Undo: add a cube", 5),
  summary("failed", "w".repeat(300), 70),
  summary("cancelled", "render it", 2_000),
];

const NOTHING = { at: NOW, bridges: [], alerts: [], jobs: [], waiting: [], runs: [], suggestions: [] };

const BUSY: NonNullable<StartPageFacts["now"]> = {
  at: NOW,
  bridges: CROWD,
  alerts: ALERTS,
  jobs: JOBS,
  waiting: WAITING,
  runs: RUNS,
  suggestions: [
    { app: "blender", title: "Blender", sentences: ["add a cube", "what is in the scene"], query: "get_scene" },
    { app: "touchdesigner", title: "TouchDesigner", sentences: ["play the timeline", "w".repeat(120)] },
  ],
};

for (const { name, ...window } of WINDOWS) {
  Deno.test({
    name: `the start page of a running studio is whole ${name}, and asks nobody else`,
    ignore,
    async fn() {
      await using studio = await startTestStudio({ signal: AbortSignal.timeout(60_000) });
      await studio.bridgesReady(AbortSignal.timeout(30_000));
      await using browser = await startBrowser();
      const { page, complaints, requests } = await visit(browser, studio.url, window);
      assert.equal(await page.title(), "Patchbay");
      const [bridge] = studio.bridges;
      const shown = await page.locator(".bridges").innerText();
      assert.match(shown, new RegExp(`blender\\.${bridge?.presence.bridge}`));
      assert.match(shown, /ready/);
      assert.match(shown, /simulated/);
      // nothing waits, and nothing went wrong
      assert.equal(await page.locator("#alerts, #jobs, #approvals, #plans").count(), 0);
      assert.match(await page.locator(".sentences").innerText(), /Blender\s+add a /);
      await assertFits(page);
      assert.deepEqual(complaints, []);
      const { origin } = new URL(studio.url);
      assert.deepEqual(requests.filter((url) => new URL(url).origin !== origin), []);
      assert.ok(!(await page.content()).includes(studio.key), "the page shows the key");
    },
  });

  Deno.test({
    name: `the start page fits ${name} with many bridges, with none, and when it cannot say`,
    ignore,
    async fn() {
      await using browser = await startBrowser();
      const gone = "unavailable" as const;
      const cases: [StartPageFacts["now"], RegExp[]][] = [
        [BUSY, [
          /<b>waiting<\/b>/,
          /farm-19/,
          /given up: .*<script>alert\(1\)<\/script>/,
          /blender\.ws-04 · APP_CRASHED · 5 minutes ago/,
          /2 hours ago/,
          /runs\s+render_animation\s+blender\.ws-02 · high priority · accepted 1 minute ago/,
          /waits\s+render_animation\s+blender\.any · accepted 2 minutes ago/,
          /GET \/v1\/jobs/,
          /Waits for you\s+approval\s+delete Hero <i>/,
          /3 minutes ago\s+npx -y deno task patchbay approve [0-9a-f-]{36}/,
          /runs\s+render the whole film\s+9 steps · 4 minutes ago/,
          /✓ s2 blender\.delete_object\s+▶ s3 blender\.delete_object\s+waits for blender\.ws-04/,
          /2 of 9 steps are over/,
          /done\s+Undo: add a cube\s+9 steps · 1\.3 s · 5 minutes ago/,
          /TouchDesigner\s+play the timeline/,
          /in blender, add a cube/,
        ]],
        [NOTHING, [/No application yet/]],
        [{ ...NOTHING, bridges: gone, alerts: gone, jobs: gone, waiting: gone, runs: gone }, [
          /a part of it is missing/,
          /alerts cannot be read/,
          /jobs cannot be listed/,
          /plans cannot be listed/,
          /runs cannot be listed/,
        ]],
        [undefined, [/GET \/v1\/bridges/]],
      ];
      for (const [now, expected] of cases) {
        await using server = serve({ origin: "http://127.0.0.1:7420", version: "0.1.0", now });
        const { page, complaints } = await visit(browser, server.url, window);
        const shown = await page.locator("main").innerText();
        for (const pattern of expected) assert.match(shown, pattern);
        await assertFits(page);
        assert.deepEqual(complaints, []);
        await page.close();
      }
    },
  });
}

Deno.test({
  name: "the start page is dark at night and light by day, and can be read in both",
  ignore,
  async fn() {
    await using browser = await startBrowser();
    await using server = serve({ origin: "http://127.0.0.1:7420", version: "0.1.0", now: BUSY });
    for (const window of WINDOWS) {
      const { page } = await visit(browser, server.url, window);
      const { background, text } = await colorsOf(page);
      const [paper, ink] = [luminance(background), luminance(text)];
      assert.equal(paper < ink, window.colorScheme === "dark", `${window.name}: ${text} on ${background}`);
      const contrast = (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05);
      assert.ok(contrast >= 7, `${window.name}: a contrast of ${contrast.toFixed(1)}`);
      await page.close();
    }
  },
});

/** Nothing has to be scrolled sideways to be seen, but what scrolls by itself. */
async function assertFits(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>("[document.documentElement.scrollWidth, innerWidth]");
  assert.ok(content <= window, `the page is ${content} pixels wide in a window of ${window}`);
}

function colorsOf(page: Page): Promise<{ background: string; text: string }> {
  return page.evaluate<{ background: string; text: string }>(`(() => {
    const own = getComputedStyle(document.body);
    const behind = getComputedStyle(document.documentElement).backgroundColor;
    const clear = own.backgroundColor === "rgba(0, 0, 0, 0)";
    return { background: clear ? behind : own.backgroundColor, text: own.color };
  })()`);
}

/** Relative luminance (WCAG 2.2) of `rgb(…)`. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((channel) => {
    const value = Number(channel) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The page as the gateway answers it. */
function serve(facts: StartPageFacts): { url: string } & AsyncDisposable {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": START_PAGE_CSP };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) =>
      new URL(request.url).pathname === "/"
        ? new Response(startPage(facts), { headers })
        : new Response(null, { status: 204 }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
