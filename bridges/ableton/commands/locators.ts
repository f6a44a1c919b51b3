/** Locators: AbletonOSC adds and deletes them where the song is, so that it has to stand still. */
import { PatchbayError } from "@patchbay/contracts";
import { readLocators } from "../live/read_set.ts";
import { int } from "../live/properties.ts";
import type { locatorCommands } from "../manifest/locators.ts";
import type { Locator } from "../manifest/values.ts";
import type { CommandContext, HandlersOf } from "./context.ts";
import { indexOf, missing } from "./lookup.ts";
import { jumpBy } from "./transport.ts";

async function locators({ session, live, signal }: CommandContext): Promise<Locator[]> {
  session.known.locators = await readLocators(live, signal);
  return session.known.locators.map((locator, i) => ({ number: i + 1, ...locator }));
}

async function find(context: CommandContext, ref: string | number): Promise<Locator> {
  const all = await locators(context);
  const index = indexOf(all.map(({ name }) => name), ref);
  const found = index === undefined ? undefined : all[index];
  if (found === undefined) throw missing("locator", ref, all.map(({ name }) => name));
  return found;
}

const at = (time: number) => (locator: Locator) => Math.abs(locator.time - time) < 1e-3;

/** Goes there, adds or deletes, and comes back. */
async function toggle(context: CommandContext, time: number, wanted: boolean): Promise<Locator[]> {
  const { live, signal } = context;
  if (await live.flag("song", "is_playing", [], signal)) {
    throw PatchbayError.of(
      "COMMAND_FAILED",
      "Cannot change locators while the song plays: Live changes them where it is",
      {
        remedy: "Stop playing first.",
      },
    );
  }
  const before = await live.number("song", "current_song_time", [], signal);
  await live.set("song", "current_song_time", [], time, signal);
  try {
    return await live.once("/live/song/cue_point/add_or_delete", [], async () => {
      const all = await locators(context);
      return all.some(at(time)) === wanted ? all : undefined;
    }, signal);
  } finally {
    live.send("song", "current_song_time", [], before);
  }
}

/** The script counts them as Live lists them, which is by time. */
async function rename(context: CommandContext, { number }: Locator, name: string): Promise<Locator> {
  const { live, signal } = context;
  await live.call("/live/song/cue_point/set/name", [int(number - 1), name], signal);
  const now = (await locators(context))[number - 1];
  if (now?.name === name) return now;
  throw PatchbayError.of("COMMAND_FAILED", `The locator was to be called '${name}', and is called '${now?.name}'`);
}

export const locatorHandlers: HandlersOf<typeof locatorCommands> = {
  list_locators: async (context) => ({ locators: await locators(context) }),
  add_locator: async (context, { time, name }) => {
    const existing = (await locators(context)).find(at(time));
    if (existing !== undefined) {
      throw PatchbayError.of("CONFLICT", `There is a locator at beat ${time} already: '${existing.name}'`);
    }
    const added = (await toggle(context, time, true)).find(at(time))!;
    return name === undefined ? added : await rename(context, added, name);
  },
  delete_locator: async (context, { locator }) => {
    const found = await find(context, locator);
    await toggle(context, found.time, false);
    return found;
  },
  rename_locator: async (context, { locator, name }) => {
    const found = await find(context, locator);
    return { ...await rename(context, found, name), previous: found.name };
  },
  jump_to_locator: async (context, { locator }) => {
    const { number } = await find(context, locator);
    const { value, previous } = await jumpBy(context, "/live/song/cue_point/jump", [int(number - 1)]);
    return { time: value, previous };
  },
  jump_to_next_locator: async (context, { direction }) => {
    const method = direction === "next" ? "jump_to_next_cue" : "jump_to_prev_cue";
    const { value, previous } = await jumpBy(context, `/live/song/${method}`, []);
    return { time: value, previous };
  },
};
