/** HTTP in bad weather: around a handler, or as a proxy in front of a server. Faults of the connection are the TCP proxy's. */
import { pause } from "@patchbay/bridge-kit";
import { z } from "zod";
import { type FaultLane, type Faults, faultsOf, type FaultSource } from "./faults.ts";

/** What `Deno.serve` takes, and `app.fetch` of hono is. */
export type HttpHandler = (request: Request) => Promise<Response> | Response;

/** The same handler in bad weather. `on` names the path, or the method of a JSON-RPC request. */
export function faultyHandler(handler: HttpHandler, faults: Faults, name = "http"): HttpHandler {
  const lane = faults.lane(name);
  return async (request) => {
    const names = await namesOf(request);
    const about = { direction: "up", names } as const;
    for (const { ms, jitterMs } of lane.strike(["delay"], about)) {
      const delayMs = ms + lane.random.next() * jitterMs;
      lane.record("delay", `${names.join(" ")} ${delayMs.toFixed(1)} ms`);
      await pause(delayMs, request.signal);
    }
    const [unheard] = lane.strike(["lose"], about);
    if (unheard !== undefined || lane.holds("black_hole", about) !== undefined) {
      return await silence(lane, "lose", request);
    }
    const [status] = lane.strike(["status"], about);
    if (status !== undefined) {
      lane.record("status", `${status.status} for ${names.join(" ")}`);
      const { retryAfterS } = status;
      const headers = retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
      return new Response(`${status.status} by the fault plan`, { status: status.status, headers });
    }
    const response = await handler(request);
    if (lane.strike(["never_reply"], about).length > 0) return await silence(lane, "never_reply", request);
    return badBody(response, lane, names);
  };
}

export interface HttpFaultProxyOptions {
  /** Where requests go: `http://127.0.0.1:8080`. */
  target: string;
  faults?: FaultSource;
}

export interface HttpFaultProxy extends AsyncDisposable {
  readonly faults: Faults;
  readonly port: number;
  /** `http://127.0.0.1:40123` */
  readonly url: string;
}

/** @example `await using proxy = startHttpFaultProxy({ target, faults: { seed, rules: [{ fault: "status", status: 503, times: 2 }] } });` */
export function startHttpFaultProxy({ target, faults: source }: HttpFaultProxyOptions): HttpFaultProxy {
  const owned = faultsOf(source);
  const forward = (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers, body, signal } = request;
    return fetch(new URL(pathname + search, target), { method, headers, body, signal, redirect: "manual" });
  };
  const handler = faultyHandler(forward, owned.faults);
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 502 }),
  }, handler);
  const { port } = server.addr;
  return {
    faults: owned.faults,
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      owned[Symbol.dispose]();
      await server.shutdown();
    },
  };
}

/** No answer, for as long as anybody waits for one. */
async function silence(lane: FaultLane, fault: "lose" | "never_reply", request: Request): Promise<Response> {
  lane.record(fault, new URL(request.url).pathname);
  await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve(), { once: true }));
  return new Response(null, { status: 499 });
}

function badBody(response: Response, lane: FaultLane, names: readonly string[]): Response {
  const about = { direction: "down", names } as const;
  const [slow] = lane.strike(["slow_body"], about);
  const [cut] = lane.strike(["cut_body"], about);
  if (response.body === null || slow === undefined && cut === undefined) return response;
  if (slow !== undefined) lane.record("slow_body", `${slow.bytesPerSecond} bytes/s`);
  if (cut !== undefined) lane.record("cut_body", `after ${cut.afterBytes} bytes`);
  const gone = new AbortController();
  let passed = 0;
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        const kept = cut === undefined ? chunk : chunk.subarray(0, Math.max(0, cut.afterBytes - passed));
        const step = slow === undefined ? kept.length : Math.max(1, Math.ceil(slow.bytesPerSecond / 50));
        for (let at = 0; at < kept.length; at += step) {
          controller.enqueue(kept.subarray(at, at + step));
          if (slow !== undefined) await pause(1000 * step / slow.bytesPerSecond, gone.signal);
        }
        passed += kept.length;
        if (cut !== undefined && passed >= cut.afterBytes) controller.error(new Error("cut by the fault plan"));
      },
      cancel: () => gone.abort(),
    }),
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

const RpcBody = z.looseObject({ method: z.string() });

async function namesOf(request: Request): Promise<string[]> {
  const { pathname } = new URL(request.url);
  if (!request.headers.get("content-type")?.includes("json")) return [pathname];
  try {
    return [pathname, RpcBody.parse(await request.clone().json()).method];
  } catch {
    return [pathname];
  }
}
