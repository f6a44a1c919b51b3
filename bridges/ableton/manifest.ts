/**
 * What Ableton Live offers through Patchbay. Times are in beats, tracks, scenes, clips and devices are addressed by name or by
 * number from 1. Live keeps an undo step for each value that is set, so that a command that sets several says which other
 * command takes it back.
 */
import { defineApp } from "@patchbay/contracts";
import { automationCommands } from "./manifest/automation.ts";
import { clipCommands } from "./manifest/clips.ts";
import { deviceCommands } from "./manifest/devices.ts";
import { locatorCommands } from "./manifest/locators.ts";
import { midiCommands } from "./manifest/midi.ts";
import { mixerCommands } from "./manifest/mixer.ts";
import { noteCommands } from "./manifest/notes.ts";
import { sceneCommands } from "./manifest/scenes.ts";
import { sessionCommands } from "./manifest/session.ts";
import { channels, events, LiveState } from "./manifest/signals.ts";
import { trackCommands } from "./manifest/tracks.ts";
import { transportCommands } from "./manifest/transport.ts";

export const ableton = defineApp({
  app: "ableton",
  title: "Ableton Live",
  version: "0.1.0",
  state: LiveState,
  commands: {
    ...sessionCommands,
    ...transportCommands,
    ...locatorCommands,
    ...trackCommands,
    ...mixerCommands,
    ...clipCommands,
    ...noteCommands,
    ...sceneCommands,
    ...deviceCommands,
    ...automationCommands,
    ...midiCommands,
  },
  events,
  channels,
});

export type AbletonCommands = typeof ableton.commands;
