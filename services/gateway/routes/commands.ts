/** Run one command, look at it, cancel it. */
import { z } from "zod";
import { send } from "@patchbay/bus";
import {
  BridgeAddress,
  CommandName,
  envelope,
  Id,
  JsonObject,
  Lane,
  PatchbayError,
  Priority,
  Problem,
  Result,
  subjects,
  TimeoutMs,
} from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { findResult } from "../find_result.ts";
import { HttpRefusal } from "../refusal.ts";
import { json, route } from "../route.ts";
import { idempotencyKey, sendCommand } from "../send_command.ts";

export const CommandBody = z.strictObject({
  bridge: BridgeAddress.meta({ description: "`blender.ws-07`, or `blender.any` for whichever bridge is free." }),
  command: CommandName,
  args: JsonObject.default({}),
  priority: Priority.optional(),
  lane: Lane.optional(),
  timeoutMs: TimeoutMs.optional(),
  project: z.string().min(1).max(100).optional(),
});

const CommandRecord = z.object({
  id: Id,
  status: z.enum(["running", "succeeded", "failed", "cancelling"]),
  result: Result.optional(),
  problem: Problem.optional(),
});
type CommandRecord = z.infer<typeof CommandRecord>;

const params = z.object({ id: Id });

export const commandRoutes = (
  deps: Pick<GatewayDeps, "bus" | "manifests" | "here" | "commands" | "signal">,
) => [
  route({
    method: "POST",
    path: "/v1/commands",
    id: "runCommand",
    summary: "Runs one command on a bridge and answers its result. The key needs the scope of the command's effect.",
    scope: "any",
    body: CommandBody,
    headers: [
      { name: "Idempotency-Key", description: "The same key runs once; a repetition gets the stored result." },
      { name: "Prefer", description: "`respond-async` answers 202 at once; look with `GET /v1/commands/{id}`." },
    ],
    answers: {
      200: { description: "The result", schema: Result },
      202: { description: "It runs; look later", schema: CommandRecord },
    },
  }, async ({ body, key, correlationId, request }) => {
    if (body.lane === "job") throw notDurable();
    const caller = { key, correlationId, idempotencyKey: idempotencyKey(request.headers) };
    const { id, result } = sendCommand(deps, body, caller);
    const location = `/v1/commands/${id}`;
    if (!/\brespond-async\b/i.test(request.headers.get("prefer") ?? "")) {
      const done = await result;
      // of a command that came again, the first is the one that can be looked at
      return json(done, { headers: { "Content-Location": `/v1/commands/${done.commandId}` } });
    }
    // What becomes of it is kept in deps.commands, or in the history.
    result.catch(() => {});
    const headers = { Location: location, "Preference-Applied": "respond-async" };
    return json({ id, status: "running" } satisfies CommandRecord, { status: 202, headers });
  }),

  route({
    method: "GET",
    path: "/v1/commands/{id}",
    id: "getCommand",
    summary: "What became of a command: its result from the history, or that it runs.",
    scope: "read",
    params,
    answers: { 200: { description: "The command", schema: CommandRecord } },
  }, async ({ params: { id } }) => {
    const record = await look(deps, id);
    if (record !== undefined) return json(record);
    throw new PatchbayError("NOT_FOUND", `Cannot find command '${id}': it has no stored result and does not run here`);
  }),

  route({
    method: "DELETE",
    path: "/v1/commands/{id}",
    id: "cancelCommand",
    summary: "Asks the bridge to cancel a command; the command itself then answers CANCELLED.",
    scope: "write",
    params,
    answers: {
      200: { description: "It had ended before", schema: CommandRecord },
      202: { description: "The bridge is asked", schema: CommandRecord },
    },
  }, async ({ params: { id }, correlationId }) => {
    const record = await look(deps, id);
    if (record !== undefined && record.status !== "running") return json(record);
    const payload = { commandId: id, reason: "cancelled over HTTP" };
    send(deps.bus, subjects.cancel(id), envelope({ type: "command", payload, source: "gateway", correlationId }));
    return json({ id, status: "cancelling" } satisfies CommandRecord, { status: 202 });
  }),
];

async function look(
  { bus, commands, signal }: Pick<GatewayDeps, "bus" | "commands" | "signal">,
  id: Id,
): Promise<CommandRecord | undefined> {
  if (commands.isRunning(id)) return { id, status: "running" };
  const result = await findResult(bus, id, signal);
  if (result !== undefined) {
    return {
      id,
      status: result.ok ? "succeeded" : "failed",
      result,
      ...(result.ok ? {} : { problem: result.problem }),
    };
  }
  const problem = commands.problemOf(id);
  return problem === undefined ? undefined : { id, status: "failed", problem };
}

const notDurable = () =>
  new HttpRefusal(501, "INVALID_REQUEST", "Cannot queue command: the durable lane is not open yet", {
    issues: [{ path: ["lane"], message: "only 'interactive' is served" }],
    remedy: "Leave `lane` out, and send `Prefer: respond-async` when the command takes long.",
  });
