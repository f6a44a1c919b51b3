/** The whole set: read in one answer, written in one go; what is selected, undo, and what Live shows. */
import { AssetRef, command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Tempo, TransportState } from "./transport.ts";
import {
  Decibels,
  DeviceRef,
  Fader,
  LiveColor,
  LiveName,
  Locator,
  Note,
  Notes,
  Pan,
  SceneRef,
  SceneSummary,
  TrackRef,
  TrackSummary,
} from "./values.ts";

const none = z.strictObject({});

export const Session = z.object({
  transport: TransportState,
  tracks: z.array(
    TrackSummary.extend({
      notes: z.record(z.string(), z.array(Note)).optional().describe("of each MIDI clip, by the number of its scene"),
    }),
  ),
  scenes: z.array(SceneSummary),
  locators: z.array(Locator),
});

const get_session = query({
  summary:
    "Tells the whole set in one answer: transport, tracks, mixer, clips, devices, scenes; with the notes, if asked for.",
  args: z.strictObject({ notes: z.boolean().default(false) }),
  result: Session,
  timeoutMs: 120_000,
  phrases: [
    "(show|describe|get) [me] [the] [whole|entire] (set|session)",
    {
      say: "(show|describe|get) [me] [the] [whole|entire] (set|session) with [all] [the] notes",
      args: { notes: true },
    },
  ],
});

const ClipPlan = z.strictObject({
  scene: z.number().int().min(1).max(1_000).describe(
    "the number of its scene; scenes are added where there are too few",
  ),
  name: LiveName.optional(),
  length: z.number().min(0.25).max(10_000).default(4).describe("beats"),
  color: LiveColor.optional(),
  looping: z.boolean().optional(),
  notes: Notes.optional().describe("the notes that it shall have; what it has now is replaced"),
});

const TrackPlan = z.strictObject({
  name: LiveName.describe("a track of that name is changed, else one is made"),
  kind: z.enum(["midi", "audio"]).default("midi"),
  color: LiveColor.optional(),
  volume: Fader.optional(),
  db: Decibels.optional(),
  pan: Pan.optional(),
  mute: z.boolean().optional(),
  solo: z.boolean().optional(),
  arm: z.boolean().optional(),
  sends: z.array(z.number().min(0).max(1)).max(12).optional(),
  clips: z.array(ClipPlan).max(200).default([]),
  parameters: z.array(
    z.strictObject({ device: DeviceRef, parameter: z.union([LiveName, z.number().int().min(1)]), value: z.number() }),
  ).max(200).default([]),
});
export type TrackPlan = z.output<typeof TrackPlan>;

export const SessionPlan = z.strictObject({
  tempo: Tempo.optional(),
  signature: z.strictObject({
    numerator: z.number().int().min(1).max(99),
    denominator: z.union([1, 2, 4, 8, 16].map((value) => z.literal(value))),
  }).optional(),
  scenes: z.array(z.strictObject({ name: z.string().max(200) })).max(500).default([]).describe(
    "the names of the first scenes; scenes are added where there are too few",
  ),
  tracks: z.array(TrackPlan).max(100).default([]),
});

const apply_session = command({
  summary: "Makes tracks, clips and notes as they are described, in one go; what is not mentioned stays as it is.",
  args: SessionPlan,
  result: z.object({
    revision: z.string().describe("what revert_session takes"),
    created: z.object({ tracks: z.array(z.string()), scenes: z.number().int(), clips: z.number().int() }),
    changed: z.number().int().describe("how many values were set"),
    tracks: z.array(z.object({ name: z.string(), number: z.number().int() })),
  }),
  idempotent: true,
  timeoutMs: 300_000,
  undo: { command: "revert_session", args: { revision: { $ref: "result.revision" } } },
});

const revert_session = command({
  summary: "Takes one apply_session back; the bridge remembers the last twenty, for as long as it runs.",
  args: z.strictObject({ revision: z.string().min(1).max(100) }),
  result: z.object({ removed_tracks: z.number().int(), removed_clips: z.number().int(), restored: z.number().int() }),
  effect: "destructive",
  timeoutMs: 300_000,
  undo: "none",
  phrases: ["revert [the] session {revision}"],
});

const steps = z.number().int().min(1).max(100).default(1);
const Steps = z.object({ steps: z.number().int().describe("how many steps were taken") });

const undo = command({
  summary: "Takes back the last change in Live, whoever made it.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "redo", args: { steps: { $ref: "result.steps" } } },
  phrases: ["undo [it|that|this|the last change|the last step]", "undo [the] [last] {steps} (steps|changes|times)"],
});

const redo = command({
  summary: "Does again what was taken back in Live.",
  args: z.strictObject({ steps }),
  result: Steps,
  undo: { command: "undo", args: { steps: { $ref: "result.steps" } } },
  phrases: ["redo [it|that|this|the last change|the last step]", "redo [the] [last] {steps} (steps|changes|times)"],
});

const Selection = z.object({
  track: z.number().int().nullable().describe("null where the master or a return track is selected"),
  scene: z.number().int(),
  device: z.number().int().nullable(),
});

const get_selection = query({
  summary: "Tells which track, scene and device are selected.",
  args: none,
  result: Selection,
  phrases: ["what is selected", "(show|get) [the] selection"],
});

const select = command({
  summary: "Selects a track, a scene or a device in Live.",
  args: z.strictObject({
    track: TrackRef.optional(),
    scene: SceneRef.optional(),
    device: DeviceRef.optional().describe("of that track"),
  }),
  result: Selection.extend({ previous: z.object({ track: z.number().int(), scene: z.number().int() }).partial() }),
  idempotent: true,
  undo: "none",
  phrases: ["select [the] track {track}", "select [the] scene {scene}", "select [the] {track} track"],
});

const show_message = command({
  summary: "Shows a message in Live's status bar.",
  args: z.strictObject({ text: z.string().min(1).max(300).meta({ slot: "text" }) }),
  result: z.object({ sent: z.literal(true) }),
  idempotent: true,
  undo: "none",
  phrases: ["show [the] message {text}"],
});

const LIMITS = z.object({
  script: z.string().describe("what answers: AbletonOSC, or the simulator"),
  live: z.string().describe("Live's version"),
  simulated: z.boolean(),
  extensions: z.array(z.string()).describe("what it can beyond the published script"),
  midi: z.string().describe("the MIDI ports here, or why there are none"),
  limits: z.array(z.string()).describe("what cannot be done, in words"),
  process_usage: z.number().describe("Live's average CPU load in percent"),
});

const get_limits = query({
  summary: "Tells what the published AbletonOSC and this machine cannot do.",
  args: none,
  result: LIMITS,
  phrases: ["what can [you|live|ableton] not do", "(show|get) [the] limits"],
});

const export_audio = command({
  summary:
    "Renders the set as a WAV. The published AbletonOSC cannot: then a person is asked to export it in Live, and the file is taken from where they put it.",
  args: z.strictObject({
    name: z.string().min(1).max(100).regex(/^(?!.*[/\\])[ -~\u00a0-\uffff]+$/, "a file name").default("export.wav"),
    scene: SceneRef.optional().describe(
      "simulator: the clips of this scene; else those that play, or the first of each track",
    ),
    beats: z.number().min(1).max(2_000).default(16),
    ask_person: z.boolean().default(false).describe(
      "where Live cannot be told to: show in Live where to export to, and wait for the file",
    ),
  }),
  result: z.object({
    audio: AssetRef,
    seconds: z.number().nullable(),
    by: z.enum(["simulator", "person"]).describe("who rendered it"),
  }),
  lane: "job",
  timeoutMs: 60 * 60_000,
  undo: "none",
  phrases: [
    "(export|render|bounce) [the] (audio|song|set|session|music|mix) [as {name}]",
    "(export|render|bounce) {beats} beats [of audio] [as {name}]",
    "(export|bounce) scene {scene}",
    "(export|render|bounce) [the] (audio|music|mix) of scene {scene}",
  ],
});

const render_preview = command({
  summary: "Draws the session as a picture: tracks, clips and their notes, as far as the bridge knows them.",
  args: z.strictObject({
    width: z.number().int().min(200).max(4_096).default(1_280),
    height: z.number().int().min(100).max(4_096).default(720),
    notes: z.boolean().default(true).describe("whether to read and draw the notes of the clips"),
  }),
  result: z.object({ image: AssetRef, tracks: z.number().int(), clips: z.number().int() }),
  effect: "read",
  idempotent: true,
  undo: "none",
  timeoutMs: 60_000,
  kind: "query",
  phrases: ["(show|draw|render) [me] [a] (picture|preview|image) of [the] (session|set)"],
});

export const sessionCommands = {
  get_session,
  apply_session,
  revert_session,
  undo,
  redo,
  get_selection,
  select,
  show_message,
  get_limits,
  export_audio,
  render_preview,
};
