/** What TouchDesigner looks like now, as the bridge reports it: bounded, however large the project is. */
import { z } from "zod";
import { TimelineSettings } from "./timeline.ts";
import { NodeBrief } from "./values.ts";

export const ProjectInfo = z.object({
  name: z.string().describe("the .toe file"),
  touchdesigner: z.string().describe("the version"),
  cook_rate: z.number().describe("frames a second"),
});

export const Watch = z.object({
  name: z.string(),
  node: z.string().describe("the CHOP's path"),
  channels: z.string().describe("patterns, separated by spaces"),
});

export const NetworkState = z.object({
  project: ProjectInfo,
  home: z.string().describe("the network that Patchbay's component lies in: paths begin there"),
  timeline: TimelineSettings,
  total: z.number().int().describe(
    "operators in the home network, and below; of more than 2,000, as of the last look around",
  ),
  families: z.record(z.string(), z.number().int()),
  /** The first 400; `list_nodes` has all. */
  nodes: z.array(NodeBrief),
  more: z.number().int().describe("operators that are not in the list"),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
  watched: z.array(Watch),
});
export type NetworkState = z.infer<typeof NetworkState>;
