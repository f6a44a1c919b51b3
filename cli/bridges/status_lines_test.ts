import assert from "node:assert/strict";
import { statusLines } from "./status_lines.ts";

Deno.test("a bridge says a line for each change, and none for commands and repeated attempts", () => {
  const said: string[] = [];
  const heard = statusLines("lamp.desk", (line) => said.push(line));
  heard({ status: "initializing", reason: "opening Lamp" });
  heard({ status: "initializing", reason: "waiting for Lamp" });
  for (const status of ["idle", "executing", "idle"] as const) heard({ status, reason: "connected to Lamp 1.0" });
  heard({ status: "disconnected", reason: "no Lamp; next attempt in 1 s" });
  heard({ status: "disconnected", reason: "no Lamp; next attempt in 30 s" });
  heard({ status: "draining", reason: "finishes\nand \u001b[31mleaves" });
  assert.deepEqual(said, [
    "lamp.desk: starts: opening Lamp",
    "lamp.desk: starts: waiting for Lamp",
    "lamp.desk: ready: connected to Lamp 1.0",
    "lamp.desk: not ready: no Lamp",
    "lamp.desk: leaves: finishes and ?[31mleaves",
  ]);
});
