import assert from "node:assert/strict";
import fc from "fast-check";
import { failedFilter, isEventOf } from "./event_filter.ts";
import type { AppEvent } from "./events.ts";
import { ValidationError } from "./patchbay_error.ts";
import { bindEvent } from "./trigger_bindings.ts";
import { OnEvent } from "./triggers.ts";

const launched: AppEvent = {
  app: "ableton",
  bridge: "ws-01",
  event: "clip_launched",
  at: 5,
  data: { clip: "Intro", tracks: [{ name: "Drums" }], level: 0.5 },
};

Deno.test("arguments get what the event says, wherever they stand", () => {
  assert.deepEqual(
    bindEvent(
      { name: { $event: "/data/clip" }, list: [1, { $event: "/data/tracks/0/name" }], at: { $event: "/at" } },
      launched,
    ),
    { name: "Intro", list: [1, "Drums"], at: 5 },
  );
});

Deno.test("a place that the event does not have is an error that names it", () => {
  for (const pointer of ["/data/tempo", "/data/tracks/1", "/data/clip/length", "/constructor", "data", 5]) {
    assert.throws(() => bindEvent({ a: { b: { $event: pointer } } }, launched), (error) => {
      assert.ok(error instanceof ValidationError);
      assert.deepEqual(error.issues[0]?.path, ["a", "b"]);
      return true;
    });
  }
});

Deno.test("arguments without bindings stay as they are", () => {
  fc.assert(fc.property(fc.dictionary(fc.string().filter((key) => key !== "$event"), fc.jsonValue()), (args) => {
    const plain: unknown = JSON.parse(JSON.stringify(args, (key, value) => key === "$event" ? undefined : value));
    assert.deepEqual(bindEvent(plain as Record<string, unknown>, launched), plain);
  }));
});

Deno.test("a filter lets events through that are as it says", () => {
  const fails = (...where: unknown[]) =>
    failedFilter(OnEvent.parse({ app: "ableton", event: "clip_launched", where }), launched)?.path;
  assert.equal(fails(), undefined);
  assert.equal(
    fails({ path: "/clip", equals: "Intro" }, { path: "/level", greaterThan: 0.4, lessThan: 0.6 }),
    undefined,
  );
  assert.equal(fails({ path: "/clip", equals: "Intro" }, { path: "/level", greaterThan: 0.5 }), "/level");
  assert.equal(fails({ path: "/clip", notEquals: "Intro" }), "/clip");
  assert.equal(fails({ path: "/clip", greaterThan: 1 }), "/clip");
  assert.equal(fails({ path: "/missing" }), "/missing");
  assert.equal(fails({ path: "/tracks" }), undefined);
  assert.equal(fails({ path: "/missing", notEquals: 1 }), undefined);
  assert.equal(fails({ path: "/missing", notEquals: 1, lessThan: 3 }), "/missing");
});

Deno.test("an event is one of any bridge, or of the one that is named", () => {
  const from = (bridge?: string, event = "clip_launched") => OnEvent.parse({ app: "ableton", bridge, event });
  assert.ok(isEventOf(from(), launched));
  assert.ok(isEventOf(from("ws-01"), launched));
  assert.ok(!isEventOf(from("ws-02"), launched));
  assert.ok(!isEventOf(from("ws-01", "tempo_changed"), launched));
});
