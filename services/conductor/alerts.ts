/** What a person must look at: said once, whoever says it. */
import { type Bus, packed, readStream, store } from "@patchbay/bus";
import { Alert, envelope, HEADERS, type Id, type Plan, type Problem, subjects, WILDCARD } from "@patchbay/contracts";

/** How long a bridge may take to say why it gave a job up, in milliseconds. */
const PATIENCE_MS = 2_000;

type About = Pick<Alert, "app" | "bridge" | "commandId"> & { context: { seq: number; [fact: string]: unknown } };

/** Raises an alert about a job, unless there is one. */
export async function raiseAlert(bus: Bus, problem: Problem, about: About, signal: AbortSignal): Promise<void> {
  const { seq } = about.context;
  if (await isSaid(bus, { seq }, "now", signal)) return;
  const { code, detail: message, remedy } = problem;
  const payload = Alert.parse({ severity: "error", code, message, remedy, at: Date.now(), ...about });
  const entry = packed(subjects.alert("error"), envelope({ type: "error", payload, source: "conductor" }));
  // two conductors may come to it at once
  entry.headers[HEADERS.messageId] = `alert.job.${seq}`;
  await store(bus, { ...entry, signal });
}

/** Tells whoever watches the studio that a run waits for somebody. Said once for each run, and best effort: the plan says it too. */
export async function tellOfWaiting(bus: Bus, { plan, runId }: { plan: Plan; runId: Id }, signal: AbortSignal) {
  const title = plan.instruction ?? plan.steps.map(({ command }) => command).join(", ");
  const payload = Alert.parse({
    severity: "info",
    code: "APPROVAL_REQUIRED",
    message: `A plan waits for an approval: ${title.slice(0, 300)}`,
    remedy: `Look at it and approve it, or reject it: \`patchbay plans ${plan.id}\`, \`patchbay approve ${plan.id}\`.`,
    at: Date.now(),
    context: { planId: plan.id, runId },
  });
  const entry = packed(subjects.alert("info"), envelope({ type: "error", payload, source: "conductor" }));
  entry.headers[HEADERS.messageId] = `alert.approval.${runId}`;
  await store(bus, { ...entry, signal });
}

/** Whether a bridge has said why it gave up a job, or says so within a moment. */
export const alertSaid = (bus: Bus, about: { seq: number; reason: string }, signal: AbortSignal): Promise<boolean> =>
  isSaid(bus, about, "soon", signal);

async function isSaid(
  bus: Bus,
  { seq, reason }: { seq: number; reason?: string },
  when: "now" | "soon",
  signal: AbortSignal,
): Promise<boolean> {
  const late = new AbortController();
  const timer = when === "soon" ? setTimeout(() => late.abort(), PATIENCE_MS) : undefined;
  const alerts = readStream(bus, "ALERTS", {
    subject: subjects.alert(WILDCARD),
    payload: Alert,
    from: "start",
    follow: when === "soon",
    signal: AbortSignal.any([signal, late.signal]),
  });
  try {
    for await (const { message: { payload: { context, message } } } of alerts) {
      if (context?.["seq"] === seq || (reason !== undefined && reason !== "" && oneLine(message) === oneLine(reason))) {
        return true;
      }
    }
    signal.throwIfAborted();
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** As it travels with a message that is handed back. */
const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();
