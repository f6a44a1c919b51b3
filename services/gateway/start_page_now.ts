/** The parts of the start page that say how the studio is: who is here, what went wrong, what waits. */
import { html } from "hono/html";
import {
  type Alert,
  type BridgeStatus,
  formatAddress,
  type JobRecord,
  type PlanRecord,
  type Presence,
  type Run,
  type RunSummary,
} from "@patchbay/contracts";

/** What the page may say of the studio just now; `unavailable` where a part of it does not answer. */
export interface StudioNow {
  /** Milliseconds since 1970. */
  at: number;
  bridges: readonly Presence[] | "unavailable";
  /** The latest first. */
  alerts: readonly Alert[] | "unavailable";
  /** The oldest first. */
  jobs: readonly JobRecord[] | "unavailable";
  /** Plans that wait for somebody's approval, the latest first. */
  waiting: readonly PlanRecord[] | "unavailable";
  /** The latest first: those that run with their steps, the others as a line. */
  runs: readonly RunNow[] | "unavailable";
}

/** A run, with its steps while it runs. */
export type RunNow = RunSummary & { now?: Run };

/** How the command is called in the project's folder, where nothing is installed. */
export const COMMAND = "npx -y deno task patchbay";

export type Mood = "good" | "busy" | "bad";

const STATUS: Record<BridgeStatus, { text: string; mood: Mood }> = {
  idle: { text: "ready", mood: "good" },
  executing: { text: "working", mood: "busy" },
  initializing: { text: "starting", mood: "busy" },
  draining: { text: "finishing", mood: "busy" },
  degraded: { text: "trouble", mood: "bad" },
  disconnected: { text: "no application", mood: "bad" },
};

const SEVERITY: Record<Alert["severity"], Mood> = { info: "good", warning: "busy", error: "bad", critical: "bad" };

/** The bridges that are here. @param now `undefined` where the page must not say */
export function whatRuns(now: Pick<StudioNow, "bridges"> | undefined) {
  if (now === undefined) {
    return html`<p>The studio is up. <code>GET /v1/bridges</code> with a key says which applications are here.</p>`;
  }
  const { bridges } = now;
  if (bridges === "unavailable") {
    return html`<p class="note">The studio cannot say just now: a part of it is missing. <a href="/readyz">Which one?</a></p>`;
  }
  if (bridges.length === 0) {
    return html`<p class="note">No application yet. Start one with <code>${COMMAND} bridge blender</code>.</p>`;
  }
  return html`<ul class="cards bridges">${bridges.map(bridgeCard)}</ul>`;
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

/** The alerts, where there are any. */
export function needsAttention({ alerts, at }: Pick<StudioNow, "alerts" | "at">) {
  if (alerts.length === 0) return "";
  return html`
    <section aria-labelledby="alerts">
      <h2 id="alerts">What to look at</h2>
      ${alerts === "unavailable"
        ? html`<p class="note">The alerts cannot be read just now.</p>`
        : html`<ul class="rows alerts">${alerts.map((alert) => alertRow(alert, at))}</ul>`}
    </section>
  `;
}

function alertRow({ severity, code, message, remedy, app, bridge, at }: Alert, now: number) {
  const where = app === undefined ? [] : [bridge === undefined ? app : formatAddress({ app, bridge })];
  return html`
    <li>
      <span class="status ${SEVERITY[severity]}">${severity}</span>
      <span class="text">${message}</span>
      <span class="what">${remedy}</span>
      <span class="what">${[...where, code, ago(at, now)].join(" · ")}</span>
    </li>
  `;
}

/** More are counted, and listed over HTTP. */
const MOST_JOBS = 8;

/** The jobs, where there are any: those that run, then those that wait. */
export function whatWaits({ jobs, at }: Pick<StudioNow, "jobs" | "at">) {
  if (jobs.length === 0) return "";
  return html`
    <section aria-labelledby="jobs">
      <h2 id="jobs">Jobs</h2>
      ${jobs === "unavailable" ? html`<p class="note">The jobs cannot be listed just now.</p>` : jobList(jobs, at)}
    </section>
  `;
}

function jobList(jobs: readonly JobRecord[], now: number) {
  const inOrder = [...jobs.filter(isRunning), ...jobs.filter((job) => !isRunning(job))];
  const more = inOrder.length - MOST_JOBS;
  return html`
    <ul class="rows jobs">${inOrder.slice(0, MOST_JOBS).map((job) => jobRow(job, now))}</ul>
    ${more > 0 ? html`<p>More of them: <code>GET /v1/jobs</code>.</p>` : ""}
  `;
}

const isRunning = ({ status }: JobRecord) => status === "running";

function jobRow({ app, bridge, command, priority, status, queuedAt, runsOn }: JobRecord, now: number) {
  const where = formatAddress({ app, bridge: runsOn ?? bridge });
  const details = [
    where,
    ...(priority === "normal" ? [] : [`${priority} priority`]),
    `accepted ${ago(queuedAt, now)}`,
  ];
  return html`
    <li>
      <span class="status ${status === "running" ? "busy" : "calm"}">${status === "running" ? "runs" : "waits"}</span>
      <span class="text"><code>${command}</code></span>
      <span class="what">${details.join(" · ")}</span>
    </li>
  `;
}

const UNITS = [[86_400_000, "day"], [3_600_000, "hour"], [60_000, "minute"]] as const;

/** `3 minutes ago` */
export function ago(at: number, now: number): string {
  for (const [ms, unit] of UNITS) {
    const count = Math.floor((now - at) / ms);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "just now";
}
