/** One execution of a plan: look, follow, cancel. */
import { z } from "zod";
import { readStream, subscribe } from "@patchbay/bus";
import {
  eventsOf,
  foldRunEvents,
  Id,
  Progress,
  Run,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  subjects,
  ValidationError,
} from "@patchbay/contracts";
import { actorOf } from "../actor.ts";
import type { GatewayDeps } from "../deps.ts";
import { json, route } from "../route.ts";
import { eventsBehind, formatPlace, nextMessageFrom, parsePlace, type RunPlace } from "../run_place.ts";
import { eventStream, type ServerEvent } from "../sse.ts";

const params = z.object({ id: Id });
const listQuery = z.object({ plan: Id.optional(), limit: z.coerce.number().int().min(1).max(1000).default(100) });

export const runRoutes = (deps: Pick<GatewayDeps, "bus" | "call" | "limits" | "closing" | "signal">) => [
  route({
    method: "GET",
    path: "/v1/runs",
    id: "listRuns",
    summary: "The runs, the latest first; also undos and redos. `?plan=<id>` lists those of one plan.",
    scope: "read",
    query: listQuery,
    answers: { 200: { description: "Runs, a line each", schema: SERVICES.conductor.runs.result } },
  }, async ({ query: { plan, limit }, correlationId }) => {
    const question = { limit, ...(plan === undefined ? {} : { planId: plan }) };
    return json(await deps.call("conductor", "runs", question, { correlationId }));
  }),

  route(
    {
      method: "GET",
      path: "/v1/runs/{id}",
      id: "getRun",
      summary: "A run as its log leaves it: each step's status, its value or problem; or what waits for an approval.",
      scope: "read",
      params,
      answers: { 200: { description: "The run", schema: Run } },
    },
    async ({ params: { id }, correlationId }) => json(await readRun(deps, id, correlationId)),
  ),

  route({
    method: "DELETE",
    path: "/v1/runs/{id}",
    id: "cancelRun",
    summary: "Cancels a run, also one that waits for an approval; steps under way are cancelled in their applications.",
    scope: "write",
    params,
    answers: { 202: { description: "The conductor is asked", schema: z.object({ runId: Id }) } },
  }, async ({ params, key, correlationId }) => {
    const question = { runId: params.id, reason: "cancelled over HTTP", by: actorOf(key) };
    await deps.call("conductor", "cancel_run", question, { correlationId });
    return json({ runId: params.id }, { status: 202 });
  }),

  route({
    method: "GET",
    path: "/v1/runs/{id}/events",
    id: "followRun",
    summary: "The run's log as server-sent events, with the progress of its commands between them; ends with the run.",
    scope: "read",
    params,
    headers: [{ name: "Last-Event-ID", description: "The last event that the caller has; what follows it is sent." }],
    answers: { 200: { description: "Events named after their type, and `progress`", mediaType: "text/event-stream" } },
  }, async ({ params: { id }, correlationId, request }) => {
    const after = lastPlace(request.headers.get("last-event-id"));
    const { first, last } = await endsOfLog(deps, id) ?? await beforeLog(deps, id, correlationId);
    return eventStream(
      (push, signal) =>
        nextMessageFrom(after) > last.seq && last.finished
          ? Promise.resolve()
          : follow(deps, id, after, first, push, signal),
      { limits: deps.limits, signal: deps.closing, correlationId },
    );
  }),
];

/** The run from its log: all that its steps gave together may be larger than a message. */
async function readRun(
  { bus, call, signal }: Pick<GatewayDeps, "bus" | "call" | "signal">,
  id: Id,
  correlationId: Id,
): Promise<Run> {
  const events: RunEvent[] = [];
  const log = { subject: subjects.run(id), payload: RunLogEntry, from: "start", follow: false, signal } as const;
  for await (const { message } of readStream(bus, "RUNS", log)) events.push(...eventsOf(message.payload));
  // one that waits for an approval has no log yet
  return foldRunEvents(events) ?? await call("conductor", "run", { runId: id }, { correlationId });
}

function lastPlace(header: string | null): RunPlace {
  if (header === null || header === "") return { seq: 0 };
  const place = parsePlace(header);
  if (place !== undefined) return place;
  throw new ValidationError("INVALID_REQUEST", "Cannot follow run: Last-Event-ID is none of its event ids", {
    issues: [{ path: ["header", "Last-Event-ID"], message: "one or two whole numbers joined by '.'" }],
  });
}

type Started = Pick<Extract<RunEvent, { type: "RUN_STARTED" }>, "correlationId">;

/** A run that waits for an approval: its log begins when it has it. @throws {PatchbayError} `NOT_FOUND` */
async function beforeLog({ call }: Pick<GatewayDeps, "call">, id: Id, correlationId: Id) {
  const first = await call("conductor", "run", { runId: id }, { correlationId });
  return { first, last: { seq: 0, finished: false } };
}

/** How the log begins, and how far it goes; `undefined` where there is none. */
async function endsOfLog({ bus, signal }: Pick<GatewayDeps, "bus" | "signal">, id: Id) {
  const log = { subject: subjects.run(id), payload: RunLogEntry, follow: false, signal };
  for await (const { message } of readStream(bus, "RUNS", { ...log, from: "start" })) {
    const [first] = eventsOf(message.payload);
    if (first?.type !== "RUN_STARTED") break;
    for await (const { seq, message } of readStream(bus, "RUNS", { ...log, from: "last-per-subject" })) {
      return { first, last: { seq, finished: eventsOf(message.payload).at(-1)?.type === "RUN_FINISHED" } };
    }
  }
  return undefined;
}

async function follow(
  { bus }: Pick<GatewayDeps, "bus">,
  id: Id,
  after: RunPlace,
  { correlationId }: Started,
  push: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  await using progress = subscribe(bus, subjects.progress(correlationId), { payload: Progress, signal });
  const passOn = (async () => {
    for await (const { message } of progress) push({ event: "progress", data: message.payload });
  })();
  const log = { subject: subjects.run(id), payload: RunLogEntry, from: nextMessageFrom(after), follow: true, signal };
  reading: for await (const { seq, message } of readStream(bus, "RUNS", log)) {
    for (const { event, place } of eventsBehind(after, seq, message.payload)) {
      push({ id: formatPlace(place), event: event.type, data: event });
      if (event.type === "RUN_FINISHED") break reading;
    }
  }
  await progress[Symbol.asyncDispose]();
  await passOn;
}
