import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSubject, SUBJECT_ROOT, subjects, WILDCARD } from "./subjects.ts";

const token = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const hostile = fc.oneof(
  fc.constantFrom(
    "",
    ".",
    "*",
    ">",
    "a.b",
    "a.*",
    "a >",
    "\u0000",
    "a\r\nSUB x",
    "\t",
    "\u00a0",
    "\ud800",
    "x".repeat(256),
  ),
  fc.tuple(fc.string(), fc.constantFrom(".", "*", ">", " ", "\n", "\u2028", "\u0007"), fc.string()).map((p) =>
    p.join("")
  ),
);

Deno.test("a subject comes apart into the parts it was built from", () => {
  fc.assert(fc.property(token, token, token, (app, bridge, command) => {
    assert.deepEqual(parseSubject(subjects.command(app, bridge, command)), { kind: "cmd", app, bridge, command });
    assert.deepEqual(parseSubject(subjects.result(app, bridge, command)), { kind: "result", app, bridge, command });
    assert.deepEqual(parseSubject(subjects.event(app, bridge, command)), { kind: "evt", app, bridge, event: command });
    assert.deepEqual(parseSubject(subjects.state(app, bridge)), { kind: "state", app, bridge });
    assert.deepEqual(parseSubject(subjects.context(app, bridge)), { kind: "ctx", project: app, change: bridge });
    assert.deepEqual(parseSubject(subjects.service(app, bridge)), { kind: "svc", service: app, verb: bridge });
  }));
});

Deno.test("a hostile token is refused in every place of a subject", () => {
  fc.assert(fc.property(hostile, (bad) => {
    for (
      const build of [
        () => subjects.command(bad, "b", "c"),
        () => subjects.command("a", bad, "c"),
        () => subjects.command("a", "b", bad),
        () => subjects.cancel(bad),
        () => subjects.service("conductor", bad),
      ]
    ) assert.throws(build, TypeError);
  }));
});

Deno.test("a subject with a pattern or a hostile token in it is not parsed", () => {
  assert.equal(parseSubject(subjects.command("blender", WILDCARD, WILDCARD)), undefined);
  fc.assert(fc.property(hostile, (bad) => {
    assert.equal(parseSubject(`${SUBJECT_ROOT}.run.${bad}`), undefined);
  }));
});

Deno.test("what is not ours is not parsed, whatever it is", () => {
  fc.assert(fc.property(fc.string(), (subject) => assert.equal(parseSubject(subject), undefined)));
  for (const kind of ["constructor", "__proto__", "toString", "cmd"]) {
    assert.equal(parseSubject(`${SUBJECT_ROOT}.${kind}.a`), undefined);
  }
});
