import assert from "node:assert/strict";
import { ableton } from "@patchbay/bridge-ableton";
import { blender } from "@patchbay/bridge-blender";
import { cascadeur } from "@patchbay/bridge-cascadeur";
import { touchdesigner } from "@patchbay/bridge-touchdesigner";
import { isBridgeDefinition } from "@patchbay/bridge-kit";
import { APPLICATIONS } from "./applications.ts";

Deno.test("each definition says of its application what the manifest says, without loading it", () => {
  for (const definition of APPLICATIONS) assert.ok(isBridgeDefinition(definition), definition.app);
  for (const { app, title } of [ableton, blender, cascadeur, touchdesigner]) {
    assert.equal(APPLICATIONS.find((definition) => definition.app === app)?.title, title);
  }
});
