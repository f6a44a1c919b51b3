import assert from "node:assert/strict";
import { SERVICES } from "@patchbay/contracts";
import { BUS_SERVICES, rightsOf } from "./table.ts";

const maySend = (service: (typeof BUS_SERVICES)[number]) =>
  rightsOf({ kind: "service", service }).flatMap(({ publish = [] }) => publish);

Deno.test("whoever carries out no person's wish neither runs, approves nor undoes anything", () => {
  const asks = (service: (typeof BUS_SERVICES)[number]) =>
    maySend(service).filter((subject) => subject.startsWith("patchbay.v1.svc.conductor."));
  assert.deepEqual(asks("rehearsal"), ["patchbay.v1.svc.conductor.statistics"]);
  assert.ok(Object.hasOwn(SERVICES.conductor, "statistics"));
  for (const service of ["llm-planner", "context-store"] as const) assert.deepEqual(asks(service), []);
  const bridge = rightsOf({ kind: "bridge", app: "blender", bridge: "ws-01" }).flatMap(({ publish = [] }) => publish);
  assert.deepEqual(bridge.filter((subject) => /\.(svc|cmd|run|trigger)\./.test(subject)), [
    "patchbay.v1.cmd.*.*._snapshot",
  ]);
});
