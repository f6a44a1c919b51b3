/** Locators of the arrangement. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Beats, Locator, NewName } from "./values.ts";

const LocatorRef = z.union([z.number().int().min(1), z.string().min(1).max(200)]).describe(
  "a locator: its number from 1 in the order of time, or its name",
);
const none = z.strictObject({});

const list_locators = query({
  summary: "Lists the locators.",
  args: none,
  result: z.object({ locators: z.array(Locator) }),
  phrases: ["(list|show) [all] [the] locators"],
});

const add_locator = command({
  summary: "Adds a locator; the song must not be playing, as Live adds it where the song is.",
  args: z.strictObject({ time: Beats, name: NewName.optional() }),
  result: Locator,
  undo: { command: "delete_locator", args: { locator: { $ref: "result.number" } } },
  phrases: ["add [a] locator [(named|called) {name}] at [beat] {time}"],
});

const delete_locator = command({
  summary: "Deletes a locator; the song must not be playing.",
  args: z.strictObject({ locator: LocatorRef }),
  result: Locator,
  effect: "destructive",
  undo: { command: "add_locator", args: { time: { $ref: "result.time" }, name: { $ref: "result.name" } } },
  phrases: ["(delete|remove) [the] locator {locator}"],
});

const rename_locator = command({
  summary: "Renames a locator.",
  args: z.strictObject({ locator: LocatorRef, name: NewName }),
  result: Locator.extend({ previous: z.string() }),
  idempotent: true,
  undo: {
    command: "rename_locator",
    args: { locator: { $ref: "result.number" }, name: { $ref: "result.previous" } },
  },
  phrases: ["rename [the] locator {locator} to {name}"],
});

const Jumped = z.object({ time: z.number(), previous: z.number() });
const back = { command: "set_song_time", args: { time: { $ref: "result.previous" } } };

const jump_to_locator = command({
  summary: "Jumps to a locator.",
  args: z.strictObject({ locator: LocatorRef }),
  result: Jumped,
  undo: back,
  phrases: ["(go|jump) to [the] locator {locator}"],
});

const jump_to_next_locator = command({
  summary: "Jumps to the next locator, or to the one before.",
  args: z.strictObject({ direction: z.enum(["next", "previous"]).default("next") }),
  result: Jumped,
  undo: back,
  phrases: ["(go|jump) to [the] {direction} locator"],
});

export const locatorCommands = {
  list_locators,
  add_locator,
  delete_locator,
  rename_locator,
  jump_to_locator,
  jump_to_next_locator,
};
