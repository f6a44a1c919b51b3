/** An application's commands as methods, typed from its manifest. */
import {
  ANY_BRIDGE,
  type AppManifest,
  type ArgsOf,
  type BridgeId,
  CommandRecord,
  type Commands,
  type CommandStatus,
  fromProblem,
  type Lane,
  PatchbayError,
  type Priority,
  Result,
  type ResultOf,
} from "@patchbay/contracts";
import type { CallOptions, Http, HttpRequest } from "./http.ts";

export interface CommandOptions extends CallOptions {
  /** @default whichever is free */
  bridge?: BridgeId;
  /** The same key runs once; a repetition gets the stored result. */
  idempotencyKey?: string;
  /** `job` outlives whoever waits for it; `interactive` fails at once where the bridge is not here. @default what the manifest says */
  lane?: Lane;
  priority?: Priority;
  /** @default what the manifest says */
  timeoutMs?: number;
  project?: string;
}

/** @example `await client.app(counter).increment({ by: 2 }) // { count: 2 }` */
export type AppClient<C extends Commands> = {
  readonly [K in keyof C]: (args: ArgsOf<C[K]>, options?: CommandOptions) => Promise<ResultOf<C[K]>>;
};

export type SucceededResult = Extract<Result, { ok: true }>;
const Succeeded = Result.options[0];

/** Runs one command and gives its result. */
export async function runCommand(
  http: Http,
  address: string,
  command: string,
  args: unknown,
  options: Omit<CommandOptions, "bridge"> = {},
): Promise<SucceededResult> {
  const answer = await http.call(commandRequest(address, command, args, options), Succeeded.or(CommandRecord), options);
  if ("ok" in answer) return Succeeded.parse(answer);
  return succeeded(await waitForCommand(http, CommandRecord.parse(answer), options));
}

const addressOf = (app: string, { bridge = ANY_BRIDGE }: Pick<CommandOptions, "bridge"> = {}) => `${app}.${bridge}`;

/** What `POST /v1/commands` takes. The gateway judges the address, as it knows which there are. */
export function commandRequest(
  address: string,
  command: string,
  args: unknown,
  { idempotencyKey, lane, priority, timeoutMs, project }: Omit<CommandOptions, "bridge">,
): HttpRequest {
  return {
    method: "POST",
    path: "/v1/commands",
    headers: idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey },
    json: { bridge: address, command, args, lane, priority, timeoutMs, project },
  };
}

/** So long one look may take, in seconds. */
const LOOK_S = 20;
const ENDED: ReadonlySet<CommandStatus> = new Set<CommandStatus>(["succeeded", "failed", "cancelled"]);

/** The command's record once it has ended. */
export async function waitForCommand(
  http: Http,
  command: Pick<CommandRecord, "id"> & Partial<CommandRecord>,
  options: CallOptions = {},
): Promise<CommandRecord> {
  for (let record = CommandRecord.safeParse(command).data;;) {
    if (record !== undefined && ENDED.has(record.status)) return record;
    const headers = { Prefer: `wait=${LOOK_S}` };
    const path = `/v1/commands/${encodeURIComponent(command.id)}`;
    record = await http.call({ method: "GET", path, headers }, CommandRecord, options);
  }
}

/** The result of a command that has ended. @throws {PatchbayError} why it did not succeed */
export function succeeded({ id, result, problem }: CommandRecord): SucceededResult {
  if (result?.ok === true) return result;
  if (problem !== undefined) throw fromProblem(problem);
  throw new PatchbayError("INVALID_RESULT", `Command '${id}' has ended, and the gateway does not say how`);
}

/** Makes the methods of an application; the results are parsed by the manifest's schemas. */
export function appClient<C extends Commands>(http: Http, manifest: AppManifest<C>): AppClient<C> {
  const methods = Object.entries(manifest.commands).map(([name, { result }]) => [
    name,
    async (args: unknown, options?: CommandOptions) =>
      result.parse((await runCommand(http, addressOf(manifest.app, options), name, args, options)).value),
  ]);
  return Object.fromEntries(methods) as AppClient<C>;
}
