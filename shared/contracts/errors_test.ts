import assert from "node:assert/strict";
import { ERRORS } from "./errors.ts";

/** Codes that JSON-RPC itself has, for more than one error of ours. */
const SHARED: Readonly<Record<number, readonly string[]>> = { [-32601]: ["UNKNOWN_APP", "UNKNOWN_COMMAND"] };

Deno.test("each error has a JSON-RPC code of its own, unless the standard has one for several", () => {
  const byRpc = Map.groupBy(Object.entries(ERRORS), ([, { rpc }]) => rpc);
  for (const [rpc, entries] of byRpc) {
    const codes = entries.map(([code]) => code);
    if (codes.length > 1) assert.deepEqual(codes, SHARED[rpc], `${rpc}: ${codes.join(", ")}`);
  }
});

Deno.test("JSON-RPC codes of ours stay within what the standard leaves to servers", () => {
  const standard = new Set([-32700, -32600, -32601, -32602, -32603, -32800]);
  for (const [code, { rpc }] of Object.entries(ERRORS)) {
    assert.ok(standard.has(rpc) || (rpc <= -32000 && rpc >= -32099), `${code}: ${rpc}`);
  }
});
