/** For the tests of this folder: a JSON-RPC server like the one inside an application, and a host for its adapter. */
import type { PatchbayError } from "@patchbay/contracts";
import type { AdapterHost } from "../adapter.ts";

export interface RpcCall {
  id?: number;
  method: string;
  params: Record<string, unknown>;
}

export interface TestRpcServer extends AsyncDisposable {
  readonly url: string;
  readonly calls: RpcCall[];
  /** How many requests are with the server now, and were at most. */
  readonly load: { now: number; most: number };
  readonly connections: Set<number>;
}

/** @param answer a value for a JSON-RPC result, or a whole response */
export function testRpcServer(
  answer: (call: RpcCall, request: Request) => unknown = () => ({}),
  { token, port = 0 }: { token?: string; port?: number } = {},
): TestRpcServer {
  const calls: RpcCall[] = [];
  const load = { now: 0, most: 0 };
  const connections = new Set<number>();
  const stopping = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal: stopping.signal, onListen() {} },
    async (request, info) => {
      connections.add(info.remoteAddr.port);
      if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) {
        return new Response("no", { status: 401 });
      }
      const call = await request.json() as RpcCall;
      calls.push(call);
      load.most = Math.max(load.most, ++load.now);
      try {
        const value = await answer(call, request);
        if (value instanceof Response) return value;
        return Response.json({ jsonrpc: "2.0", id: call.id, result: value ?? null });
      } finally {
        load.now--;
      }
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    calls,
    load,
    connections,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await server.finished;
    },
  };
}

export interface TestHost extends AdapterHost {
  readonly losses: PatchbayError[];
  readonly troubles: (string | undefined)[];
}

export function testHost(over: Partial<AdapterHost> = {}): TestHost {
  const losses: PatchbayError[] = [];
  const troubles: (string | undefined)[] = [];
  const unused = () => Promise.reject(new Error("not in this test"));
  return {
    app: "counter",
    bridge: "ws-01",
    bridgeVersion: "0.1.0",
    allowCode: false,
    workDir: "/",
    signal: new AbortController().signal,
    state() {},
    event() {},
    channel() {},
    waiting() {},
    troubled: (reason) => troubles.push(reason),
    lost: (error) => losses.push(error),
    putAsset: unused,
    getAsset: unused,
    ...over,
    losses,
    troubles,
  };
}
