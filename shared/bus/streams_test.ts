import assert from "node:assert/strict";
import { newId, subjects } from "@patchbay/contracts";
import { BUCKETS, declaredStreams, streamOf, STREAMS } from "./streams.ts";

Deno.test("every stream is bounded by size, and no two take the same subject", () => {
  const all = declaredStreams({ replicas: 1, storage: "file" });
  assert.ok(all.every(({ max_bytes }) => max_bytes > 0));
  const taken = all.flatMap(({ subjects }) => subjects);
  assert.equal(new Set(taken).size, taken.length);
  assert.equal(new Set(all.map(({ name }) => name)).size, Object.keys({ ...STREAMS, ...BUCKETS }).length + 1);
});

Deno.test("the window for repeated ids is never longer than messages live", () => {
  for (const { name, duplicate_window = 0, max_age = 0 } of declaredStreams({ replicas: 3, storage: "memory" })) {
    assert.ok(max_age === 0 || duplicate_window <= max_age, name);
  }
});

Deno.test("a subject's stream is known by its kind", () => {
  assert.equal(streamOf(subjects.run(newId())), "RUNS");
  assert.equal(streamOf(subjects.job("blender", "any", "low")), "JOBS");
  assert.equal(streamOf(subjects.result("blender", "ws-01", "render_image")), "RESULTS");
  assert.equal(streamOf(subjects.state("blender", "ws-01")), "STATE");
  assert.equal(streamOf(subjects.event("blender", "ws-01", "render_finished")), "EVENTS");
  assert.equal(streamOf("$KV.leases.run.r1"), "KV_leases");
  assert.equal(streamOf("$O.assets.M.x"), "OBJ_assets");
  assert.equal(streamOf(subjects.channel("ableton", "ws-01", "beat")), undefined);
  assert.equal(streamOf("elsewhere.v1.run.x"), undefined);
});
