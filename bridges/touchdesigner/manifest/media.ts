/** Pictures, films and sound that come from elsewhere in the studio. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { NetworkRef, NewName, nodeOf, NodeSummary, PREVIOUS, Previous, readsBack } from "./values.ts";

const load_texture = command({
  summary:
    "Shows a picture or film that another application made, in a Movie File In TOP: a new one, or one that is there.",
  args: z.strictObject({
    image: AssetRef.describe("a picture or film: png, jpg, tif, exr, mov, mp4, …"),
    node: nodeOf("TOP").optional().describe("a moviefileinTOP that is there; else a new one is made"),
    name: NewName.optional(),
    parent: NetworkRef.optional(),
  }),
  result: NodeSummary.extend({
    file: z.string().describe("what the file is called now, in the project's patchbay_assets folder"),
    width: z.number().int(),
    height: z.number().int(),
    previous: Previous,
  }),
  inverse: { command: "apply_network", args: PREVIOUS },
  verify: readsBack({ "/type": { $ref: "result.type" } }),
  timeoutMs: 60_000,
  phrases: [
    "(load|show|use|import|open) {image} as [a|the] (texture|image|picture|film|movie) [(named|called) {name}]",
    "(load|put|show) {image} (in|into|on) {node}",
    "(load|open|import) [a|the] texture from {image} [(named|called) {name}]",
  ],
});

const load_audio = command({
  summary:
    "Plays a sound that another application made, in an Audio File In CHOP, with its loudness beside it to drive things.",
  args: z.strictObject({
    audio: AssetRef.describe("a sound: wav, aiff, mp3, flac, ogg"),
    node: nodeOf("CHOP").optional().describe("an audiofileinCHOP that is there; else a new one is made"),
    name: NewName.optional(),
    parent: NetworkRef.optional(),
    level: z.boolean().default(true).describe("whether a CHOP with its loudness is made: <name>_level"),
  }),
  result: NodeSummary.extend({
    file: z.string().describe("what the file is called now, in the project's patchbay_assets folder"),
    level: z.string().nullable().describe("the path of the CHOP with its loudness"),
    channels: z.array(z.string()).describe("of the loudness, or of the sound where there is none"),
    previous: Previous,
  }),
  inverse: { command: "apply_network", args: PREVIOUS },
  verify: readsBack({ "/type": { $ref: "result.type" } }),
  timeoutMs: 60_000,
  phrases: [
    "(load|play|use|import) {audio} as [the] (audio|sound|music) [(named|called) {name}]",
    "play {audio} [(named|called) {name}]",
    "(load|put|play) {audio} (in|into|on) {node}",
  ],
});

export const mediaCommands = { load_texture, load_audio };
