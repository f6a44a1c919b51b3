/** Ramps over beats, and properties that are listened to. */
import type { OscValue } from "@patchbay/bridge-kit";
import { newId, PatchbayError } from "@patchbay/contracts";
import { float, int, isKnown, knownProperties, type LiveObject, meant } from "../live/properties.ts";
import type { automationCommands } from "../manifest/automation.ts";
import type { CommandContext, HandlersOf } from "./context.ts";
import { findParameter, parameterValue } from "./devices.ts";
import { findClip, findDevice, findScene, findTrack } from "./lookup.ts";
import type { LiveSession } from "../live/session.ts";
import type { RampOptions } from "./ramps.ts";

type Target = Pick<RampOptions, "target" | "key" | "previous" | "send" | "settle"> & { min: number; max: number };

/** What a ramp moves: part of a device, or of the mixer. */
async function targetOf(
  context: CommandContext,
  args: { track: string | number; device?: string | number | undefined; parameter: string | number },
): Promise<Target> {
  const { live, signal, session } = context;
  const { track, device, parameter } = args;
  if (device !== undefined) {
    const found = await findParameter(context, await findDevice(context, { track, device }), parameter);
    const ids = [int(found.index), int(found.deviceIndex), int(found.parameterIndex)];
    const list = async (what: string) =>
      Number((await live.values(`/live/device/get/parameters/${what}`, ids.slice(0, 2), signal))[found.parameterIndex]);
    return {
      ...written(session, "/live/device/set/parameter/value", "/live/device/get/parameter/value", ids),
      target: `${found.track.name} / ${found.device.name} / ${found.name}`,
      previous: await parameterValue(context, found),
      min: await list("min"),
      max: await list("max"),
    };
  }
  const { index, track: known } = await findTrack(context, track);
  const name = String(parameter).toLowerCase();
  const [, send] = /^send ([1-9]|1[0-2])$/.exec(name) ?? [];
  const property = { volume: "volume", pan: "panning", panning: "panning" }[name];
  if (send !== undefined && Number(send) <= session.sends) {
    const ids = [int(index), int(Number(send) - 1)];
    const [previous] = await live.values("/live/track/get/send", ids, signal);
    const ways = written(session, "/live/track/set/send", "/live/track/get/send", ids);
    return { ...ways, target: `${known.name} / ${name}`, previous: Number(previous), min: 0, max: 1 };
  }
  if (property === undefined) {
    throw PatchbayError.of("NOT_FOUND", `The mixer has no '${parameter}'`, {
      context: { available: ["volume", "pan", ...Array.from({ length: session.sends }, (_, i) => `send ${i + 1}`)] },
    });
  }
  return {
    ...written(session, `/live/track/set/${property}`, `/live/track/get/${property}`, [int(index)]),
    target: `${known.name} / ${name}`,
    previous: await live.number("track", property, [index], signal),
    min: property === "panning" ? -1 : 0,
    max: 1,
  };
}

function written(session: LiveSession, set: string, get: string, ids: ReturnType<typeof int>[]) {
  const { live } = session;
  return {
    key: `${set} ${JSON.stringify(ids)}`,
    send: (value: number) => {
      session.expect();
      live.osc.send(set, [...ids, float(value)]);
    },
    settle: async (value: number, signal: AbortSignal) => {
      session.expect();
      const until = AbortSignal.any([signal, live.ended]);
      await live.write(set, [...ids, float(value)], { address: get, args: ids, equals: [float(value)] }, until);
    },
  };
}

/** How many beats until the next beat or bar, while the song plays. */
async function delayOf({ live, signal, session }: CommandContext, quantize: "now" | "beat" | "bar"): Promise<number> {
  if (quantize === "now" || !session.known.transport.playing) return 0;
  const { numerator, denominator } = session.known.transport.signature;
  const unit = quantize === "beat" ? 1 : numerator * 4 / denominator;
  const at = await live.number("song", "current_song_time", [], signal);
  return (unit - at % unit) % unit;
}

interface Wanted {
  object: string;
  property: string;
  ids: number[];
  read: (value: OscValue) => number | string | boolean | null;
}

async function wantedOf(
  context: CommandContext,
  { of, property, ...refs }: Parameters<HandlersOf<typeof automationCommands>["listen"]>[1],
): Promise<Wanted> {
  const need = <T>(what: string, value: T | undefined): T => {
    if (value !== undefined) return value;
    throw PatchbayError.of("INVALID_ARGUMENTS", `Cannot listen to a ${of} without its ${what}`);
  };
  if (of === "parameter") {
    const device = await findDevice(context, { track: need("track", refs.track), device: need("device", refs.device) });
    const found = await findParameter(context, device, property);
    const ids = [found.index, found.deviceIndex, found.parameterIndex];
    return { object: "/live/device", property: "parameter/value", ids, read: Number };
  }
  const ids = of === "song"
    ? []
    : of === "track"
    ? [(await findTrack(context, need("track", refs.track))).index]
    : of === "scene"
    ? [await findScene(context, need("scene", refs.scene))]
    : await findClip(context, { track: refs.track, clip: need("clip", refs.clip) }).then((
      { index, slot },
    ) => [index, slot]);
  const object: LiveObject = of;
  const name = String(property);
  if (!isKnown(object, name)) {
    throw PatchbayError.of("NOT_FOUND", `A ${of} has no property '${name}' that can be listened to`, {
      context: { available: knownProperties(object) },
    });
  }
  return { object: `/live/${of}`, property: name, ids, read: (value) => meant(object, name, value) };
}

export const automationHandlers: HandlersOf<typeof automationCommands> = {
  automate_parameter: async (context, { from, to, beats, curve, quantize, ...address }) => {
    const { min, max, ...target } = await targetOf(context, address);
    for (const value of [from ?? min, to]) {
      if (value < min || value > max) {
        throw PatchbayError.of(
          "INVALID_ARGUMENTS",
          `Cannot move ${target.target} to ${value}: it goes from ${min} to ${max}`,
        );
      }
    }
    const delayBeats = await delayOf(context, quantize);
    return context.ramps.start({ ...target, id: newId(), from: from ?? target.previous, to, beats, curve, delayBeats });
  },
  stop_automation: async ({ ramps, signal }, { id, restore }) => {
    const found = ramps.get(id);
    const ramp = await ramps.stop(id);
    if (found === undefined || ramp === undefined) {
      throw PatchbayError.of("NOT_FOUND", `There is no automation '${id}'`, {
        context: { available: ramps.list().map((one) => one.id) },
      });
    }
    if (restore) await found.settle(found.previous, signal);
    return ramp;
  },
  list_automations: ({ ramps }) => Promise.resolve({ automations: ramps.list() }),
  listen: async (context, args) => {
    const { session } = context;
    const { object, property, ids, read } = await wantedOf(context, args);
    const { listened, listening, host } = session;
    if (Object.keys(listened).length >= 100 && listened[args.as] === undefined) {
      throw PatchbayError.of("QUOTA_EXCEEDED", "Cannot listen to more than 100 properties");
    }
    const before = listened[args.as];
    if (before !== undefined) listening.stop([before.token]);
    const { promise: first, resolve } = Promise.withResolvers<void>();
    const entry: { token: number; value: number | string | boolean | null } = { token: 0, value: null };
    const heard = (value: OscValue) => {
      entry.value = read(value);
      resolve();
      host.channel("listened", Object.fromEntries(Object.entries(listened).map(([key, one]) => [key, one.value])));
    };
    listened[args.as] = entry;
    [entry.token = 0] = listening.start([{ object, property, ids, heard }]);
    await listening.settled;
    // the present value comes first, or an error that ends the barrier
    try {
      await context.live.barrier(context.signal);
    } catch (error) {
      delete listened[args.as];
      listening.forget([entry.token]);
      throw error;
    }
    await Promise.race([first, context.live.barrier(context.signal)]);
    return { as: args.as, address: `${object}/get/${property}`, value: entry.value };
  },
  unlisten: ({ session }, { as }) => {
    const entry = session.listened[as];
    if (entry === undefined) return Promise.resolve({ as, was_listened: false });
    session.listening.stop([entry.token]);
    delete session.listened[as];
    return Promise.resolve({ as, was_listened: true });
  },
};
