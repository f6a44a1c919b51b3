import assert from "node:assert/strict";
import { ableton } from "@patchbay/bridge-ableton";
import { blender } from "@patchbay/bridge-blender";
import { touchdesigner } from "@patchbay/bridge-touchdesigner";
import { type Client, createClient } from "@patchbay/client";
import { type AppName, Link, manifestDocument, newId, validatePlan } from "@patchbay/contracts";
import { checkLink } from "@patchbay/contracts/link-validation";
import { EXAMPLES, type Prepared } from "@patchbay/examples";

const manifests = new Map(
  [ableton, blender, touchdesigner].map((manifest) => [manifest.app, manifestDocument(manifest)] as const),
);

/** A gateway whose Live says that it can do this besides. */
function clientOf(extensions: readonly string[]): Client {
  const [id, bridge] = [newId(), "ws-07"];
  const ran = { startedAt: 1, finishedAt: 2, durationMs: 1 };
  const result = {
    commandId: id,
    app: "ableton",
    bridge,
    command: "get_limits",
    ...ran,
    ok: true,
    value: { extensions },
  };
  return createClient({ url: "http://127.0.0.1:1", key: "none", fetch: () => Promise.resolve(Response.json(result)) });
}

/** What is prepared for a Live with these extensions. */
function prepared(example: (typeof EXAMPLES)[number], extensions: readonly string[]): Promise<Prepared> {
  const bridges = new Map<AppName, string>(example.applications.map((app) => [app, "ws-07"]));
  return example.prepare({ client: clientOf(extensions), bridges, signal: AbortSignal.timeout(10_000) });
}

for (const example of EXAMPLES) {
  for (const extensions of [["add_device", "export_audio"], []]) {
    const live = extensions.length === 0 ? "the published AbletonOSC" : "a Live that can be told everything";
    Deno.test(`the example ${example.name} holds with ${live}: its plan, its links, and what is played`, async () => {
      const { steps, instruction, performance } = await prepared(example, extensions);
      const plan = { id: newId(), instruction, steps, provenance: { provider: "hand", createdAt: 1 } };
      const verdict = validatePlan(plan, { manifests });
      assert.deepEqual(verdict.ok ? [] : verdict.issues, []);
      for (const draft of performance.links) {
        const link = Link.parse(draft);
        const ends = { source: manifests.get(link.source.app), target: manifests.get(link.target.app) };
        assert.deepEqual(checkLink(link, ends), []);
      }
      for (const { address, command } of [...performance.start, ...performance.stop]) {
        const [app = ""] = address.split(".");
        assert.ok(Object.hasOwn(manifests.get(app)?.commands ?? {}, command), `${app} has ${command}`);
      }
    });
  }
}

Deno.test("where Live cannot be told to load devices or to export, a person is told what to do", async () => {
  for (const example of EXAMPLES.filter(({ applications }) => applications.includes("ableton"))) {
    const { steps, notes } = await prepared(example, []);
    assert.deepEqual(steps.filter(({ command }) => command === "add_device"), []);
    assert.match(notes.join("\n"), /export two bars/);
    assert.deepEqual((await prepared(example, ["add_device", "export_audio"])).notes, []);
  }
});
