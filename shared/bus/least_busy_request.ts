/** A request to a bridge: to the one that is named, or to the least busy that can have it. */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type EnvelopeOf,
  type ErrorCode,
  PatchbayError,
  UnavailableError,
} from "@patchbay/contracts";
import type { z } from "zod";
import type { Bus } from "./bus.ts";
import { problemOfResult } from "./endpoint.ts";
import { BridgeGoneError, type PresenceMirror } from "./presence_mirror.ts";
import { request, type RequestOptions } from "./request.ts";

export interface BridgeRequest<P extends z.ZodType> extends Omit<RequestOptions<P>, "absent"> {
  app: AppName;
  bridge: BridgeId | typeof ANY_BRIDGE;
  /** Where the message goes at a bridge, or at `any`. */
  subject(bridge: string): string;
  /** The same message goes to each that is tried: its id makes that harmless. */
  message: EnvelopeOf<unknown>;
  /** Whether a bridge has what is asked for. @default each has it */
  offers?(bridge: BridgeId): boolean;
}

/**
 * Asks a bridge. A request to `any` goes to the connected bridge that has the least to do; one that did not begin it is
 * followed by the next, and in the end by the queue group, which has bridges that this process does not know yet.
 * @throws as {@linkcode request}
 * @throws {BridgeGoneError} the bridge process that had the request is gone: whether it was begun is not known
 * @throws {UnavailableError} `BRIDGE_OFFLINE`, or `APP_NOT_CONNECTED` where bridges are here that can begin nothing, with
 *   `context.bridges`: who is there, and why not
 */
export function requestBridge<P extends z.ZodType>(
  bus: Bus,
  here: PresenceMirror,
  options: BridgeRequest<P>,
): Promise<EnvelopeOf<z.output<P>>> {
  const { bridge, timeoutMs } = options;
  return bridge === ANY_BRIDGE ? askAny(bus, here, options) : askOne(bus, here, options, bridge, timeoutMs);
}

async function askOne<P extends z.ZodType>(
  bus: Bus,
  here: PresenceMirror,
  { app, subject, message, signal, ...options }: BridgeRequest<P>,
  bridge: string,
  timeoutMs: number,
): Promise<EnvelopeOf<z.output<P>>> {
  using outstanding = here.begin(app, bridge);
  const abort = signal === undefined ? undefined : () => outstanding.abort(signal.reason);
  if (signal?.aborted) outstanding.abort(signal.reason);
  if (abort !== undefined) signal?.addEventListener("abort", abort, { once: true });
  try {
    return await request(bus, subject(bridge), message, {
      ...options,
      timeoutMs,
      absent: "BRIDGE_OFFLINE",
      signal: outstanding.signal,
    });
  } finally {
    if (abort !== undefined) signal?.removeEventListener("abort", abort);
  }
}

async function askAny<P extends z.ZodType>(bus: Bus, here: PresenceMirror, options: BridgeRequest<P>) {
  const { app, offers, timeoutMs } = options;
  const end = performance.now() + timeoutMs;
  const refused = new Map<BridgeId | typeof ANY_BRIDGE, string>();
  const accepts = (bridge: BridgeId) => !refused.has(bridge) && (offers === undefined || offers(bridge));
  let left = timeoutMs;
  for (;;) {
    const bridge = here.leastBusy(app, accepts) ?? ANY_BRIDGE;
    try {
      const reply = await askOne(bus, here, options, bridge, left);
      const problem = problemOfResult(reply.payload);
      if (problem === undefined || !wasNotBegun(problem)) return reply;
      refused.set(bridge, problem.detail);
    } catch (error) {
      if (isAbsent(error)) refused.set(bridge, NOBODY);
      else if (error instanceof PatchbayError && wasNotBegun(error)) refused.set(bridge, error.message);
      else throw error;
    }
    left = end - performance.now();
    if (bridge === ANY_BRIDGE || left <= 0) throw nobodyTakesIt(app, here, refused);
  }
}

const NOBODY = "nobody answers there";
const NOT_BEGUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["BRIDGE_OFFLINE", "APP_NOT_CONNECTED"]);

/** Whether a problem says that the application has not seen the command: it may be sent to another bridge. */
export function wasNotBegun({ code, context }: { code: ErrorCode; context?: Record<string, unknown> | undefined }) {
  return NOT_BEGUN.has(code) && context?.["started"] === false;
}

const isAbsent = (error: unknown) =>
  error instanceof UnavailableError && error.code === "BRIDGE_OFFLINE" && !(error instanceof BridgeGoneError);

const MOST_NAMED = 20;

function nobodyTakesIt(app: AppName, here: PresenceMirror, refused: ReadonlyMap<string, string>): PatchbayError {
  const bridges = [...here.of(app)].map(({ presence: { bridge, status, reason } }) => ({
    bridge,
    status,
    reason: refused.get(bridge) ?? reason,
  })).slice(0, MOST_NAMED);
  const context = { started: false, bridges };
  if (bridges.length === 0) {
    return PatchbayError.of("BRIDGE_OFFLINE", `No bridge of '${app}' is here`, { context });
  }
  const named = bridges.map(({ bridge, status, reason }) => `${bridge} (${status}: ${reason})`).join(", ");
  const code = bridges.every(({ reason }) => reason === NOBODY) ? "BRIDGE_OFFLINE" : "APP_NOT_CONNECTED";
  return PatchbayError.of(code, `No bridge of '${app}' can begin anything: ${named}`.slice(0, 1_000), { context });
}
