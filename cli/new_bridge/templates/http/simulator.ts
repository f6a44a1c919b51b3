/**
 * A lamp that is none, as a process of its own: `deno run -A simulator.ts --port 8765`. It answers JSON-RPC 2.0 over HTTP as
 * the real one's server does: `health`, `execute` and `snapshot`, to whoever shows the token of $APPLICATION_TOKEN.
 */
import { JsonObject, toProblem } from "@patchbay/contracts";
import { parseArgs } from "node:util";
import { z } from "zod";
import { LampDevice } from "../common/device.ts";

const { values } = parseArgs({ options: { port: { type: "string", default: "8765" } } });
const token = Deno.env.get("APPLICATION_TOKEN");
// a server does not speak unasked
const device = new LampDevice({ event() {}, channel() {} });

const Call = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: JsonObject,
});
const Execute = z.looseObject({ command: z.string(), args: JsonObject });

function answer(method: string, params: JsonObject): unknown {
  switch (method) {
    case "health":
      return { version: "1.0.0-simulated" };
    case "snapshot":
      return device.state;
    default: {
      const { command, args } = Execute.parse(params);
      return device.execute(command, args);
    }
  }
}

Deno.serve({ hostname: "127.0.0.1", port: Number(values.port), onListen() {} }, async (request) => {
  if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`) {
    return new Response("the token is wrong", { status: 401 });
  }
  const { id, method, params } = Call.parse(await request.json());
  try {
    return Response.json({ jsonrpc: "2.0", id, result: answer(method, params) });
  } catch (error) {
    const problem = toProblem(error);
    return Response.json({ jsonrpc: "2.0", id, error: { code: -32000, message: problem.detail, data: problem } });
  }
});
