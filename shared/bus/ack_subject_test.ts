import assert from "node:assert/strict";
import { parseAckSubject } from "./ack_subject.ts";

Deno.test("both forms of the acknowledgement subject are read", () => {
  const place = { seq: 42, deliveries: 1, delivery: 7, pending: 3, storedAt: 1_790_000_000_000 };
  assert.deepEqual(parseAckSubject("$JS.ACK.RUNS.c1.1.42.7.1790000000000000000.3"), place);
  assert.deepEqual(parseAckSubject("$JS.ACK.hub.A1B2.RUNS.c1.1.42.7.1790000000000000000.3"), place);
  assert.deepEqual(parseAckSubject("$JS.ACK._.A1B2.RUNS.c1.1.42.7.1790000000000000000.3.token"), place);
});

Deno.test("what is no acknowledgement subject is not taken for one", () => {
  for (const subject of ["", "_INBOX.a", "$JS.ACK", "$JS.ACK.a.b.c.d.e.f.g", "$JS.API.a.b.1.2.3.4.5"]) {
    assert.equal(parseAckSubject(subject), undefined, subject);
  }
});
