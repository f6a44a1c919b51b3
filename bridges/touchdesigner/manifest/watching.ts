/** Watching CHOPs, so that links can follow them. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Watch } from "./state.ts";
import { nodeOf } from "./values.ts";

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, - and _");
const Values = z.record(z.string(), z.number()).describe("each channel's value now");

const watch_channels = command({
  summary:
    "Publishes a CHOP's channels up to 60 times a second, in the bridge's channel `chop` under a name: links follow /<name>/<channel>.",
  args: z.strictObject({
    node: nodeOf("CHOP"),
    name: name.optional().describe("else the CHOP's own name"),
    channels: z.string().min(1).max(500).default("*").describe("patterns, separated by spaces"),
  }),
  result: Watch.extend({
    values: Values,
    available: z.array(z.string()).describe("the channels that the CHOP has"),
    replaced: Watch.nullable().describe("what was watched under that name before"),
  }),
  idempotent: true,
  undo: { command: "unwatch_channels", args: { name: { $ref: "result.name" } } },
  phrases: ["(watch|follow|publish|stream) [the] [channels of] {node} [as {name}]"],
});

const unwatch_channels = command({
  summary: "Publishes a CHOP's channels no longer.",
  args: z.strictObject({ name: name.meta({ slot: "name" }) }),
  result: Watch,
  undo: {
    command: "watch_channels",
    args: { node: { $ref: "result.node" }, name: { $ref: "result.name" }, channels: { $ref: "result.channels" } },
  },
  phrases: ["(unwatch|stop watching|stop following|stop publishing) {name}"],
});

const list_watched = query({
  summary: "Which CHOPs are watched, with their values.",
  args: z.strictObject({}),
  result: z.object({ watched: z.array(Watch.extend({ values: Values.nullable().describe("null where it is gone") })) }),
  phrases: ["(list|show) [me] [the|all|all the] (watched|followed) (channels|chops)", "what is watched"],
});

export const watchingCommands = { watch_channels, unwatch_channels, list_watched };
