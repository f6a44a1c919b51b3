/**
 * What TouchDesigner offers through Patchbay.
 *
 * Files travel as Blender's do: an asset arrives as `{ "$file": { path, name, mediaType } }` in the bridge's folder, and is
 * answered the same way. Undo is TouchDesigner's own, one step a command; what it does not keep is undone by writing what
 * was there before. TouchDesigner ends an undo block with the callback that began it, so that several commands are never
 * one step: `apply_network` is for that.
 */
import { defineApp } from "@patchbay/contracts";
import { knowledgeCommands } from "./manifest/knowledge.ts";
import { mediaCommands } from "./manifest/media.ts";
import { networkCommands } from "./manifest/network.ts";
import { nodeCommands } from "./manifest/nodes.ts";
import { parameterCommands } from "./manifest/parameters.ts";
import { readingCommands } from "./manifest/reading.ts";
import { sessionCommands } from "./manifest/session.ts";
import { channels, events } from "./manifest/signals.ts";
import { NetworkState } from "./manifest/state.ts";
import { timelineCommands } from "./manifest/timeline.ts";
import { watchingCommands } from "./manifest/watching.ts";

export const touchdesigner = defineApp({
  app: "touchdesigner",
  title: "TouchDesigner",
  version: "0.1.0",
  state: NetworkState,
  commands: {
    ...readingCommands,
    ...nodeCommands,
    ...parameterCommands,
    ...networkCommands,
    ...mediaCommands,
    ...timelineCommands,
    ...watchingCommands,
    ...knowledgeCommands,
    ...sessionCommands,
  },
  events,
  channels,
});

export type TouchDesignerCommands = typeof touchdesigner.commands;
