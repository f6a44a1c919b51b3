import assert from "node:assert/strict";
import type { ManifestDocument } from "@patchbay/contracts";
import { KnownManifests } from "./known_manifests.ts";
import { compileVocabulary } from "./phrasebook/vocabulary.ts";
import { manifests } from "./testing/worlds.ts";

const workshop = manifests[0]!;
const sent = (manifest: ManifestDocument): ManifestDocument => JSON.parse(JSON.stringify(manifest));

Deno.test("the phrases of a manifest that comes again are those that were compiled before", () => {
  const known = new KnownManifests();
  const compile = () => compileVocabulary([known.same(sent(workshop))]).phrases[0]?.graph;
  assert.ok(compile() !== undefined);
  assert.equal(compile(), compile());
});

Deno.test("a manifest that has changed is another one", () => {
  const known = new KnownManifests();
  const first = known.same(sent(workshop));
  const changed = known.same({ ...sent(workshop), version: "99.0.0" });
  assert.equal(changed.version, "99.0.0");
  assert.equal(first.version, workshop.version);
  assert.equal(known.same(sent(changed)), changed);
});

Deno.test("only the last applications are remembered", () => {
  const known = new KnownManifests();
  const app = (i: number) => ({ ...sent(workshop), app: `app${i}` });
  const first = known.same(app(0));
  for (let i = 1; i < 200; i++) known.same(app(i));
  assert.notEqual(known.same(app(0)), first);
  const last = known.same(app(199));
  assert.equal(known.same(app(199)), last);
});
