import assert from "node:assert/strict";
import { type BridgeStatus, newId, type Presence } from "@patchbay/contracts";
import { type BridgeLoad, leastBusy } from "./least_busy.ts";

function bridge(id: string, status: BridgeStatus, { queued = 0, outstanding = 0 } = {}): BridgeLoad {
  const presence: Presence = {
    app: "counter",
    bridge: id,
    instance: newId(),
    status,
    reason: "",
    title: "Counter",
    host: "desk",
    pid: 1,
    startedAt: 1,
    bridgeVersion: "1.0.0",
    simulated: true,
    allowCode: false,
    queued,
  };
  return { presence, outstanding };
}

Deno.test("the bridge with the fewest commands that wait, run or are on their way gets the next one", () => {
  const bridges = [
    bridge("a", "executing", { queued: 2 }),
    bridge("b", "idle", { outstanding: 2 }),
    bridge("c", "executing"),
  ];
  assert.equal(leastBusy(bridges, 0), "c");
  assert.equal(leastBusy([...bridges, bridge("d", "idle")], 0), "d");
});

Deno.test("bridges that are equally busy take turns", () => {
  const bridges = [bridge("a", "idle"), bridge("b", "executing"), bridge("c", "idle")];
  assert.deepEqual([0, 1, 2, 3].map((turn) => leastBusy(bridges, turn)), ["a", "c", "a", "c"]);
});

Deno.test("a bridge that drains, or whose application is away, gets nothing, however idle it is", () => {
  const away = (["initializing", "degraded", "disconnected", "draining"] as const).map((status) =>
    bridge(status, status)
  );
  assert.equal(leastBusy(away, 0), undefined);
  assert.equal(leastBusy([...away, bridge("a", "executing", { queued: 9 })], 3), "a");
});

Deno.test("a bridge that cannot have the command is left out", () => {
  const bridges = [bridge("a", "idle"), bridge("b", "executing", { queued: 3 })];
  assert.equal(leastBusy(bridges, 0, (id) => id !== "a"), "b");
  assert.equal(leastBusy(bridges, 0, () => false), undefined);
});
