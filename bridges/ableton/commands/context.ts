/** What a command works with. */
import type { AdapterCall, AdapterHost } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { z } from "zod";
import type { LiveConnection } from "../live/connection.ts";
import type { LiveObject, LiveValue } from "../live/properties.ts";
import type { LiveSession } from "../live/session.ts";
import type { AbletonCommands } from "../manifest.ts";
import type { Midi } from "../midi/midi.ts";
import type { Ramps } from "./ramps.ts";
import type { Revisions } from "./revisions.ts";

export interface CommandContext extends Pick<AdapterCall, "signal" | "progress"> {
  session: LiveSession;
  live: LiveConnection;
  host: AdapterHost;
  midi: Midi;
  ramps: Ramps;
  revisions: Revisions<Reversal>;
  /** One of many values of a link: sent, and not read back. */
  streamed: boolean;
  /** What answers: Live's version, and what it can beyond the published script. */
  peer: { version: string; extensions: readonly string[] };
}

/** One thing to do, in the reverse order. */
export type Reversal =
  | { kind: "track"; name: string }
  | { kind: "clip"; track: string; slot: number }
  | { kind: "scene"; index: number }
  | { kind: "value"; restore: (context: CommandContext) => Promise<unknown> };

export type HandlersOf<C> = {
  [K in keyof C & keyof AbletonCommands]: (
    context: CommandContext,
    args: z.output<AbletonCommands[K]["args"]>,
  ) => Promise<z.input<AbletonCommands[K]["result"]>>;
};

/** Sets a property and tells what it was before. */
export async function change<V extends LiveValue>(
  { live, signal, streamed }: CommandContext,
  object: LiveObject,
  property: string,
  ids: readonly number[],
  value: V,
  options: { loose?: boolean } = {},
): Promise<{ value: V; previous: V }> {
  if (streamed) {
    live.send(object, property, ids, value);
    return { value, previous: value };
  }
  const previous = await live.get(object, property, ids, signal);
  if (previous === null) {
    throw PatchbayError.of("COMMAND_FAILED", `Cannot set ${property}: this ${object} has none`);
  }
  const now = await live.set(object, property, ids, value, signal, options);
  // Live answers the kind of value that the property has, which is the one that was set
  return { value: now as V, previous: previous as V };
}
