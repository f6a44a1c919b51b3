/** What the start page suggests is understood, as it stands there. */
import assert from "node:assert/strict";
import { ableton } from "@patchbay/bridge-ableton";
import { blender } from "@patchbay/bridge-blender";
import { cascadeur } from "@patchbay/bridge-cascadeur";
import { touchdesigner } from "@patchbay/bridge-touchdesigner";
import { type ManifestDocument, manifestDocument, newId, type Presence } from "@patchbay/contracts";
import { suggestionsFor } from "../../services/gateway/suggestions.ts";
import { interpret } from "../../services/llm-planner/phrasebook/mod.ts";

const MANIFESTS: ManifestDocument[] = [
  manifestDocument(ableton),
  manifestDocument(blender),
  manifestDocument(cascadeur),
  manifestDocument(touchdesigner),
];

const presence = ({ app, title }: ManifestDocument): Presence => ({
  app,
  bridge: "ws-07",
  instance: newId(),
  status: "idle",
  reason: "connected",
  title,
  host: "ws-07",
  pid: 1,
  startedAt: 0,
  bridgeVersion: "0.1.0",
  simulated: true,
  allowCode: false,
  queued: 0,
});

for (const manifest of MANIFESTS) {
  Deno.test(`what is suggested for ${manifest.title} is understood, each sentence and all together`, () => {
    const here = [presence(manifest)];
    const [suggestion] = suggestionsFor(here, new Map([[manifest.app, manifest]]));
    assert.ok(suggestion !== undefined && suggestion.sentences.length >= 3, JSON.stringify(suggestion));
    const world = { manifests: [manifest], presence: here, states: [] };
    for (const sentence of suggestion.sentences) {
      const steps = interpret(sentence, world);
      assert.equal(steps.length, 1, sentence);
      const effect = manifest.commands[steps[0]!.command]?.effect;
      assert.ok(effect === "read" || effect === "write", `'${sentence}' is ${effect}`);
    }
    assert.equal(interpret(suggestion.sentences.join(", "), world).length, suggestion.sentences.length);
    assert.deepEqual(manifest.commands[suggestion.query ?? ""]?.kind, "query");
  });
}

Deno.test("applications that can be used now are suggested first, and none that nothing is known of", () => {
  const [live, blender, cascadeur] = MANIFESTS as [ManifestDocument, ManifestDocument, ManifestDocument];
  const here = [{ ...presence(live), status: "disconnected" as const }, presence(blender), presence(cascadeur)];
  const known = new Map([live, blender].map((manifest) => [manifest.app, manifest]));
  assert.deepEqual(suggestionsFor(here, known).map(({ app }) => app), ["blender", "ableton"]);
});
