/** For the tests of this folder: a transport to a server, and what came from it unasked. */
import type { AdapterHost } from "../../adapter.ts";
import type { Transport } from "../transport.ts";
import { type McpConnectOptions, openMcp } from "./mod.ts";

const nothing = () => {};

/** What a transport needs of its host. */
export function testHost(signal: AbortSignal = new AbortController().signal): AdapterHost {
  return {
    app: "mcp",
    bridge: "ws-01",
    bridgeVersion: "0.1.0",
    allowCode: false,
    workDir: Deno.cwd(),
    signal,
    state: nothing,
    event: nothing,
    channel: nothing,
    waiting: nothing,
    troubled: nothing,
    lost: nothing,
    putAsset: () => Promise.reject(new Error("there are no assets here")),
    getAsset: () => Promise.resolve(undefined),
  };
}

export interface TestMcp extends AsyncDisposable {
  mcp: Transport;
  heard: [string, unknown][];
  /** The text that a tool answers. */
  text(name: string, args?: Record<string, unknown>): Promise<string>;
}

export async function testMcp(options: McpConnectOptions): Promise<TestMcp> {
  const heard: [string, unknown][] = [];
  const mcp = await openMcp(options)(testHost(), { onNotification: (...told) => heard.push(told) });
  return {
    mcp,
    heard,
    async text(name, args = {}) {
      const { signal } = new AbortController();
      return textOf(await mcp.request("tools/call", { name, arguments: args }, { signal }));
    },
    [Symbol.asyncDispose]: () => mcp[Symbol.asyncDispose](),
  };
}

export function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content.map(({ text }) => text).join("");
}

/** Where `deno` keeps its packages: a child does not inherit that. */
export const denoEnv = (): Record<string, string> => {
  const folder = Deno.env.get("DENO_DIR");
  return folder === undefined ? {} : { DENO_DIR: folder };
};
