/** An application's commands as methods, typed from its manifest. */
import {
  ANY_BRIDGE,
  type AppManifest,
  type ArgsOf,
  type BridgeId,
  type Commands,
  type Priority,
  Result,
  type ResultOf,
} from "@patchbay/contracts";
import type { CallOptions, Http } from "./http.ts";

export interface CommandOptions extends CallOptions {
  /** @default whichever is free */
  bridge?: BridgeId;
  /** The same key runs once; a repetition gets the stored result. */
  idempotencyKey?: string;
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
  app: string,
  command: string,
  args: unknown,
  { bridge = ANY_BRIDGE, idempotencyKey, priority, timeoutMs, project, ...options }: CommandOptions = {},
): Promise<SucceededResult> {
  const headers = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
  const json = { bridge: `${app}.${bridge}`, command, args, priority, timeoutMs, project };
  return await http.call({ method: "POST", path: "/v1/commands", json, headers }, Succeeded, options);
}

/** Makes the methods of an application; the results are parsed by the manifest's schemas. */
export function appClient<C extends Commands>(http: Http, manifest: AppManifest<C>): AppClient<C> {
  const methods = Object.entries(manifest.commands).map(([name, { result }]) => [
    name,
    async (args: unknown, options?: CommandOptions) =>
      result.parse((await runCommand(http, manifest.app, name, args, options)).value),
  ]);
  return Object.fromEntries(methods) as AppClient<C>;
}
