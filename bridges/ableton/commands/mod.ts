/** Every command of the manifest, and what it does. */
import type { AbletonCommands } from "../manifest.ts";
import { automationHandlers } from "./automation.ts";
import { clipHandlers } from "./clips.ts";
import type { HandlersOf } from "./context.ts";
import { deviceHandlers } from "./devices.ts";
import { locatorHandlers } from "./locators.ts";
import { midiHandlers, type RunningClock } from "./midi.ts";
import { mixerHandlers } from "./mixer.ts";
import { noteHandlers } from "./notes.ts";
import { sceneHandlers } from "./scenes.ts";
import { sessionHandlers } from "./session.ts";
import { trackHandlers } from "./tracks.ts";
import { transportHandlers } from "./transport.ts";

export const handlersWith = (clock: RunningClock): HandlersOf<AbletonCommands> => ({
  ...sessionHandlers,
  ...transportHandlers,
  ...locatorHandlers,
  ...trackHandlers,
  ...mixerHandlers,
  ...clipHandlers,
  ...noteHandlers,
  ...sceneHandlers,
  ...deviceHandlers,
  ...automationHandlers,
  ...midiHandlers(clock),
});
