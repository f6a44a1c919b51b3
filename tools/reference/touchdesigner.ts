/** `touchdesigner.md`: everything that TouchDesigner offers, from its manifest. */
import { touchdesigner, type TouchDesignerCommands } from "@patchbay/bridge-touchdesigner";
import { AssetRef } from "@patchbay/contracts";
import { knowledgeCommands } from "../../bridges/touchdesigner/manifest/knowledge.ts";
import { mediaCommands } from "../../bridges/touchdesigner/manifest/media.ts";
import { networkCommands } from "../../bridges/touchdesigner/manifest/network.ts";
import { nodeCommands } from "../../bridges/touchdesigner/manifest/nodes.ts";
import { parameterCommands } from "../../bridges/touchdesigner/manifest/parameters.ts";
import { readingCommands } from "../../bridges/touchdesigner/manifest/reading.ts";
import { sessionCommands } from "../../bridges/touchdesigner/manifest/session.ts";
import { NetworkState, ProjectInfo, Watch } from "../../bridges/touchdesigner/manifest/state.ts";
import { timelineCommands, TimelineSettings } from "../../bridges/touchdesigner/manifest/timeline.ts";
import {
  NodeBrief,
  NodeSummary,
  ParameterDetails,
  ParameterReading,
} from "../../bridges/touchdesigner/manifest/values.ts";
import { watchingCommands } from "../../bridges/touchdesigner/manifest/watching.ts";
import { manifestPage } from "./manifest_page.ts";

const TOPICS: Readonly<Record<string, Partial<TouchDesignerCommands>>> = {
  Looking: readingCommands,
  Operators: nodeCommands,
  "Parameters and content": parameterCommands,
  "Whole networks": networkCommands,
  "Pictures and sound": mediaCommands,
  "The timeline and the project": timelineCommands,
  "Watching channels": watchingCommands,
  "What TouchDesigner knows": knowledgeCommands,
  "The session": sessionCommands,
};

const SHAPES = {
  NetworkState,
  NodeSummary,
  NodeBrief,
  ParameterReading,
  ParameterDetails,
  TimelineSettings,
  ProjectInfo,
  Watch,
  AssetRef,
};

export const touchdesignerReference = (): string =>
  manifestPage({
    manifest: touchdesigner,
    source: "bridges/touchdesigner/manifest.ts",
    introduction: "Operators are named by their path, their path below the home network, or a name that there is once.",
    topics: TOPICS,
    shapes: SHAPES,
    state: "NetworkState",
  });
