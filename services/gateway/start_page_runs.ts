/** The parts of the start page about plans: which wait for somebody, what runs, and what was done. */
import { html } from "hono/html";
import { type PlanRecord, type Run, type RunStatus, type Step, type StepRun } from "@patchbay/contracts";
import { ago, COMMAND, type Mood, type RunNow, type StudioNow } from "./start_page_now.ts";

/** Longer titles are cut, in characters. */
const MAX_TITLE = 160;
/** More steps of a plan are counted. */
const MOST_STEPS = 6;

const STATUS: Record<RunStatus, { text: string; mood: Mood | "calm" }> = {
  running: { text: "runs", mood: "busy" },
  awaiting_approval: { text: "waits", mood: "busy" },
  succeeded: { text: "done", mood: "good" },
  failed: { text: "failed", mood: "bad" },
  cancelled: { text: "cancelled", mood: "calm" },
};

const STEP: Record<StepRun["status"], string> = {
  pending: "·",
  running: "▶",
  succeeded: "✓",
  failed: "✗",
  skipped: "-",
  cancelled: "-",
};

/** The plans that wait for an approval, where there are any, each with the command that gives it. */
export function whatAsks({ waiting, at }: Pick<StudioNow, "waiting" | "at">) {
  if (waiting.length === 0) return "";
  return html`
    <section aria-labelledby="approvals">
      <h2 id="approvals">Waits for you</h2>
      ${waiting === "unavailable"
        ? html`<p class="note">The plans cannot be listed just now.</p>`
        : html`<ul class="rows asks">${waiting.map((record) => askingRow(record, at))}</ul>`}
    </section>
  `;
}

function askingRow({ plan, requested, updatedAt }: PlanRecord, now: number) {
  const by = requested?.by?.name === undefined ? [] : [`asked for by ${requested.by.name}`];
  return html`
    <li>
      <span class="status busy">approval</span>
      <span class="text">${titleOf(plan.instruction, plan.steps)}</span>
      <span class="what">${[whatItDoes(plan.steps), ...by, ago(requested?.at ?? updatedAt, now)].join(" · ")}</span>
      <pre>${COMMAND} approve ${plan.id}</pre>
    </li>
  `;
}

/** The last runs, where there are any. */
export function whatRan({ runs, at }: Pick<StudioNow, "runs" | "at">) {
  if (runs.length === 0) return "";
  return html`
    <section aria-labelledby="plans">
      <h2 id="plans">The last runs</h2>
      ${runs === "unavailable"
        ? html`<p class="note">The runs cannot be listed just now.</p>`
        : html`<ul class="rows runs">${runs.map((run) => runRow(run, at))}</ul>`}
    </section>
  `;
}

function runRow({ status, instruction, steps, startedAt, finishedAt, now: run }: RunNow, now: number) {
  const { text, mood } = STATUS[status];
  const took = finishedAt === undefined ? [] : [`${((finishedAt - startedAt) / 1000).toFixed(1)} s`];
  const title = cut(instruction ?? countOf(steps));
  return html`
    <li>
      <span class="status ${mood}">${text}</span>
      <span class="text">${title}</span>
      <span class="what">${[countOf(steps), ...took, ago(startedAt, now)].join(" · ")}</span>
      ${run === undefined ? "" : stepList(run)}
    </li>
  `;
}

/** What is under way and what comes next: of a long plan, a part. */
function stepList({ plan, steps }: Run) {
  const isOver = ({ id }: Step) => !["pending", "running"].includes(steps[id]?.status ?? "pending");
  const next = plan.steps.findIndex((step) => !isOver(step));
  const from = Math.max(0, Math.min(next - 1, plan.steps.length - MOST_STEPS));
  const shown = plan.steps.slice(from, from + MOST_STEPS);
  const over = plan.steps.filter(isOver).length;
  return html`
    <ul class="steps">${shown.map((step) => stepRow(step, steps[step.id] ?? { status: "pending" }))}</ul>
    ${shown.length < plan.steps.length
      ? html`<span class="what">${over} of ${plan.steps.length} steps are over</span>`
      : ""}
  `;
}

const stepRow = ({ id, app, command }: Step, { status, waiting }: StepRun) =>
  html`<li>${STEP[status]} ${id} ${app}.${command}${
    waiting === undefined || status !== "running" && status !== "pending" ? "" : html`
      <span class="what">${cut(waiting)}</span>
    `
  }</li>`;

const titleOf = (instruction: string | undefined, steps: readonly Step[]) =>
  cut(instruction ?? steps.map(({ command }) => command).join(", "));

function whatItDoes(steps: readonly Step[]): string {
  const names = [...new Set(steps.map(({ app, command }) => `${app}.${command}`))];
  const more = names.length - MOST_STEPS;
  return `${names.slice(0, MOST_STEPS).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const countOf = (steps: number) => `${steps} ${steps === 1 ? "step" : "steps"}`;

const cut = (text: string) => text.length > MAX_TITLE ? `${text.slice(0, MAX_TITLE - 1)}…` : text;
