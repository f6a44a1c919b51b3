/** `ableton.md`: everything that Ableton Live offers, from its manifest. */
import { ableton, type AbletonCommands } from "@patchbay/bridge-ableton";
import { AssetRef } from "@patchbay/contracts";
import { automationCommands, Ramp } from "../../bridges/ableton/manifest/automation.ts";
import { clipCommands, ClipDetails } from "../../bridges/ableton/manifest/clips.ts";
import { deviceCommands } from "../../bridges/ableton/manifest/devices.ts";
import { locatorCommands } from "../../bridges/ableton/manifest/locators.ts";
import { midiCommands, MidiMessage } from "../../bridges/ableton/manifest/midi.ts";
import { mixerCommands } from "../../bridges/ableton/manifest/mixer.ts";
import { noteCommands } from "../../bridges/ableton/manifest/notes.ts";
import { sceneCommands } from "../../bridges/ableton/manifest/scenes.ts";
import { sessionCommands } from "../../bridges/ableton/manifest/session.ts";
import { LiveState } from "../../bridges/ableton/manifest/signals.ts";
import { trackCommands, TrackDetails } from "../../bridges/ableton/manifest/tracks.ts";
import { transportCommands, TransportState } from "../../bridges/ableton/manifest/transport.ts";
import {
  ClipRef,
  ClipSummary,
  DeviceSummary,
  Locator,
  Note,
  SceneSummary,
  TrackRef,
  TrackSummary,
} from "../../bridges/ableton/manifest/values.ts";
import { manifestPage } from "./manifest_page.ts";

const TOPICS: Readonly<Record<string, Partial<AbletonCommands>>> = {
  "The whole set": sessionCommands,
  "The transport": transportCommands,
  Locators: locatorCommands,
  Tracks: trackCommands,
  "The mixer": mixerCommands,
  Clips: clipCommands,
  Notes: noteCommands,
  Scenes: sceneCommands,
  Devices: deviceCommands,
  "Ramps and listening": automationCommands,
  MIDI: midiCommands,
};

const SHAPES = {
  LiveState,
  TransportState,
  TrackSummary,
  TrackDetails,
  ClipSummary,
  ClipDetails,
  DeviceSummary,
  SceneSummary,
  Locator,
  Note,
  Ramp,
  MidiMessage,
  TrackRef,
  ClipRef,
  AssetRef,
};

export const abletonReference = (): string =>
  manifestPage({
    manifest: ableton,
    source: "bridges/ableton/manifest.ts",
    introduction:
      "Tracks, scenes, clips and devices are named by their name, or by their number from 1 as Live shows them. Times are in beats.",
    topics: TOPICS,
    shapes: SHAPES,
    state: "LiveState",
    // what comes in may leave out what has a default
    readOnly: [MidiMessage],
  });
