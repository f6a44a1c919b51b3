import assert from "node:assert/strict";
import { SimulatedServer } from "./server.ts";

const text = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
const server = () =>
  new SimulatedServer({
    v: 1,
    server: "layers",
    version: "2.0.0",
    resources: [],
    tools: [
      { name: "createLayer", inputSchema: text },
      { name: "get_layer", inputSchema: text },
      { name: "list-layers", inputSchema: { type: "object" } },
      { name: "rename_layer", inputSchema: { type: "object" } },
      { name: "delete_layer", inputSchema: text },
      {
        name: "measure",
        inputSchema: { type: "object" },
        outputSchema: { type: "object", properties: { size: { type: "integer", minimum: 3 } }, required: ["size"] },
      },
    ],
  });

function caller() {
  const simulated = server();
  return (name: string, args: Record<string, unknown> = {}) => {
    const answer = simulated.answer({ id: 1, method: "tools/call", params: { name, arguments: args } });
    const { result, error } = Object(answer);
    return error?.message ??
      (result.isError ? `refused: ${result.content[0].text}` : result.structuredContent ?? result.content[0].text);
  };
}

Deno.test("what a simulated server makes can be shown, listed, renamed and removed", () => {
  const call = caller();
  call("createLayer", { name: "sky", size: 3 });
  assert.match(call("get_layer", { name: "sky" }), /"size":3/);
  call("rename_layer", { from: "sky", to: "ground" });
  assert.match(call("list-layers"), /ground/);
  assert.equal(call("get_layer", { name: "sky" }), "refused: there is no layer 'sky'");
  call("delete_layer", { name: "ground" });
  assert.equal(call("list-layers"), "");
});

Deno.test("of what it knows nothing it answers what fits, and says that it is simulated", () => {
  const call = caller();
  assert.deepEqual(call("measure"), { size: 3 });
  const answer = server().answer({ id: 1, method: "tools/call", params: { name: "measure", arguments: {} } });
  assert.equal(Object(answer).result._meta["patchbay/simulated"], true);
  const { result } = Object(server().answer({ id: 1, method: "initialize", params: {} }));
  assert.match(result.serverInfo.name, /simulator of layers/);
  assert.match(result.serverInfo.version, /simulated/);
});

Deno.test("it refuses what the real one would", () => {
  const call = caller();
  assert.match(call("get_layer", { name: 7 }), /name/);
  assert.equal(call("fly"), "Unknown tool");
  assert.equal(server().answer({ method: "notifications/initialized" }), undefined);
  assert.equal(server().answer("no message"), undefined);
});
