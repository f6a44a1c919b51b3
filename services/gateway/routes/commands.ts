/** Run one command, look at it, cancel it. */
import { z } from "zod";
import {
  CommandName,
  CommandRecord,
  fromProblem,
  Id,
  JsonObject,
  Lane,
  PatchbayError,
  Priority,
  Result,
  TimeoutMs,
} from "@patchbay/contracts";
import { awaitResult, endOfHistory } from "../await_result.ts";
import { bridgeField } from "../bridge_field.ts";
import { cancelCommand } from "../cancel_command.ts";
import type { GatewayDeps } from "../deps.ts";
import { findCommand, hasEnded, recordOf } from "../find_command.ts";
import { patience, unlessImpatient } from "../patience.ts";
import { applied, type Preference, readPreference } from "../prefer.ts";
import { json, route } from "../route.ts";
import { checkCommand, type CommandCaller, idempotencyKey, sendCommand } from "../send_command.ts";
import { sendJob } from "../send_job.ts";

const commandBody = (deps: Pick<GatewayDeps, "here">) =>
  z.strictObject({
    bridge: bridgeField(deps),
    command: CommandName,
    args: JsonObject.default({}),
    priority: Priority.optional(),
    lane: Lane.optional(),
    timeoutMs: TimeoutMs.optional(),
    project: z.string().min(1).max(100).optional(),
  });
type CommandBody = z.infer<ReturnType<typeof commandBody>>;

const params = z.object({ id: Id });

type Deps = Pick<GatewayDeps, "bus" | "manifests" | "here" | "commands" | "progress" | "closing" | "signal">;

export const commandRoutes = (deps: Deps) => [
  route({
    method: "POST",
    path: "/v1/commands",
    id: "runCommand",
    summary: "Runs one command on a bridge and answers its result. The key needs the scope of the command's effect.",
    scope: "any",
    body: commandBody(deps),
    headers: [
      { name: "Idempotency-Key", description: "The same key runs once; a repetition gets the stored result." },
      {
        name: "Prefer",
        description:
          "`respond-async` answers 202 at once, `wait=20` after 20 seconds without a result; look with `GET /v1/commands/{id}`.",
      },
    ],
    answers: {
      200: { description: "The result", schema: Result },
      202: { description: "It runs, or waits in the queue; look later", schema: CommandRecord },
    },
  }, async ({ body, key, correlationId, request }) => {
    const offered = checkCommand(deps, body, key);
    const caller = { correlationId, idempotencyKey: idempotencyKey(request.headers) };
    const preference = readPreference(request.headers);
    if ((body.lane ?? offered.lane) === "job") return await answerJob(deps, body, caller, preference);
    const { id, result } = sendCommand(deps, body, offered, caller);
    if (!preference.respondAsync && preference.waitMs === undefined) return finished(await result);
    // what becomes of it is kept in deps.commands, or in the history
    result.catch(() => {});
    if (preference.waitMs === undefined) return accepted({ id, status: "running" }, preference);
    using waiting = patience(preference.waitMs, deps.closing);
    const done = await unlessImpatient(result, waiting.signal);
    return done === undefined ? accepted({ id, status: "running" }, preference) : finished(done, preference);
  }),

  route({
    method: "GET",
    path: "/v1/commands/{id}",
    id: "getCommand",
    summary: "What became of a command: that it waits or runs, or its result.",
    scope: "read",
    params,
    headers: [{ name: "Prefer", description: "`wait=20` waits so many seconds for its end." }],
    answers: { 200: { description: "The command", schema: CommandRecord } },
  }, async ({ params: { id }, request }) => {
    const preference = readPreference(request.headers);
    const after = preference.waitMs === undefined ? 0 : await endOfHistory(deps.bus);
    const record = await findCommand(deps, id);
    if (record === undefined) {
      const found = "it has no stored result, does not wait and does not run";
      throw new PatchbayError("NOT_FOUND", `Cannot find command '${id}': ${found}`);
    }
    if (preference.waitMs === undefined || hasEnded(record)) return json(record);
    using waiting = patience(preference.waitMs, deps.closing);
    const result = await awaitResult(deps.bus, { id, after }, waiting.signal);
    const headers = applied(preference);
    return json(result === undefined ? await findCommand(deps, id) ?? record : recordOf(id, result), { headers });
  }),

  route({
    method: "DELETE",
    path: "/v1/commands/{id}",
    id: "cancelCommand",
    summary: "Cancels a command: at once while it waits in the queue; its bridge is asked while it runs.",
    scope: "write",
    params,
    answers: {
      200: { description: "It has ended: now, or before", schema: CommandRecord },
      202: {
        description: "The bridge is asked; the command itself then says what became of it",
        schema: CommandRecord,
      },
    },
  }, async ({ params: { id }, correlationId }) => {
    const record = await cancelCommand(deps, id, correlationId);
    return json(record, { status: record.status === "cancelling" ? 202 : 200 });
  }),
];

/**
 * A caller who asked for the durable lane gets its place in the queue; one who did not know that the command has it gets
 * the result, as of any command, and may leave.
 */
async function answerJob(
  deps: Deps,
  body: CommandBody,
  caller: CommandCaller,
  preference: Preference,
): Promise<Response> {
  const { bus, closing } = deps;
  const asks = body.lane === "job" || preference.respondAsync;
  const waits = preference.waitMs !== undefined || !asks;
  const after = waits ? await endOfHistory(bus) : 0;
  const { id, known } = await sendJob(deps, body, caller);
  const record = known ? await findCommand(deps, id) : undefined;
  const queued = record ?? { id, status: "queued" };
  if (!waits) return accepted(queued, preference);
  if (record?.problem !== undefined) throw fromProblem(record.problem);
  using waiting = patience(preference.waitMs, closing);
  const sent = { target: body.bridge, command: body.command };
  const result = record?.result ?? await awaitResult(bus, { id, sent, after }, waiting.signal);
  if (result === undefined) return accepted(queued, preference);
  if (!result.ok) throw fromProblem(result.problem);
  return finished(result, preference);
}

/** Of a command that came again, the first is the one that can be looked at. */
const finished = (result: Result, preference?: Preference) =>
  json(result, {
    headers: {
      "Content-Location": `/v1/commands/${result.commandId}`,
      ...(preference === undefined ? {} : applied(preference)),
    },
  });

const accepted = (record: CommandRecord, preference: Preference) =>
  json(record, { status: 202, headers: { Location: `/v1/commands/${record.id}`, ...applied(preference) } });
