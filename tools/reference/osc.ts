/** `supercollider.md` and `touchosc.md`, from the manifest files that are shipped, and what a manifest file may hold. */
import { appManifest, findManifest, ManifestFile, type SHIPPED } from "@patchbay/bridge-osc";
import { AssetRef, JsonSchema } from "@patchbay/contracts";
import { z } from "zod";
import { manifestPage } from "./manifest_page.ts";

type Shipped = typeof SHIPPED[number];

const SUPERCOLLIDER = {
  "The server": ["start_server", "stop_server", "get_status", "get_version", "sync"],
  "Sound, ready to use": ["play_tone", "stop_tone", "play_sound", "record_bus", "start_meter"],
  "Synth definitions": ["load_definition", "load_large_definition", "free_definition"],
  "Synths and groups": [
    "create_synth",
    "create_group",
    "free_node",
    "query_node",
    "set_controls",
    "set_frequency",
    "get_controls",
    "set_group_controls",
    "map_control",
    "pause_node",
    "resume_node",
    "move_node",
    "clear_group",
    "clear_group_synths",
    "query_tree",
  ],
  Buffers: [
    "allocate_buffer",
    "load_sound",
    "save_sound",
    "clear_buffer",
    "free_buffer",
    "query_buffer",
    "set_samples",
    "get_samples",
  ],
  "Control buses": ["set_bus", "get_bus", "set_buses"],
};

const TOUCHOSC = {
  "What the surface shows": [
    "set_fader",
    "set_faders",
    "set_knob",
    "set_toggle",
    "set_pad",
    "light_button",
    "set_label",
    "set_color",
  ],
  "The layout": ["show_control", "show_page"],
};

export const supercolliderReference = () =>
  reference("supercollider", SUPERCOLLIDER, "Nodes are synths and groups; buffers hold sound; buses carry signals.");

export const touchoscReference = () =>
  reference(
    "touchosc",
    TOUCHOSC,
    "Values go from 0 to 1. The surface confirms nothing: a command was sent, no more is known.",
  );

/** For editors: a JSON Schema of the YAML. */
export function oscManifestSchema(): JsonSchema {
  const schema = z.toJSONSchema(ManifestFile, { io: "input", unrepresentable: "any" });
  return { title: "A manifest file of an OSC bridge", ...JsonSchema.parse(withoutNameRules(schema)) };
}

async function reference(name: Shipped, topics: Readonly<Record<string, readonly string[]>>, introduction: string) {
  const manifest = appManifest((await findManifest(name)).file);
  return manifestPage({
    manifest,
    source: `bridges/osc/manifests/${name}.yaml`,
    introduction,
    topics: Object.fromEntries(
      Object.entries(topics).map(([topic, names]) => [topic, Object.fromEntries(names.map((name) => [name, true]))]),
    ),
    shapes: { State: manifest.state, AssetRef },
    state: "State",
  });
}

/** Names may hold `{n}` until `each` is applied. */
function withoutNameRules(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNameRules);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key !== "propertyNames").map((
      [key, inner],
    ) => [key, withoutNameRules(inner)]),
  );
}
