/** Devices and their parameters. */
import type { OscValue } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { deviceSummary } from "../live/model.ts";
import { float, int } from "../live/properties.ts";
import type { deviceCommands } from "../manifest/devices.ts";
import type { ParameterRef } from "../manifest/values.ts";
import type { CommandContext, HandlersOf } from "./context.ts";
import { findDevice, findTrack, type FoundDevice, indexOf, missing } from "./lookup.ts";

export interface FoundParameter extends FoundDevice {
  parameterIndex: number;
  name: string;
}

const idsOf = ({ index, deviceIndex }: FoundDevice) => [int(index), int(deviceIndex)];

async function list({ live, signal }: CommandContext, found: FoundDevice, what: string): Promise<readonly OscValue[]> {
  return await live.values(`/live/device/get/parameters/${what}`, idsOf(found), signal);
}

async function parameters(context: CommandContext, found: FoundDevice) {
  const [names, values, least, most, quantized] = await Promise.all(
    ["name", "value", "min", "max", "is_quantized"].map((what) => list(context, found, what)),
  );
  return names!.slice(0, 2_000).map((name, i) => ({
    number: i + 1,
    name: String(name),
    value: Number(values![i]),
    min: Number(least![i]),
    max: Number(most![i]),
    quantized: quantized![i] === true || quantized![i] === 1,
  }));
}

export async function findParameter(
  context: CommandContext,
  found: FoundDevice,
  ref: ParameterRef,
): Promise<FoundParameter> {
  const names = (await list(context, found, "name")).map(String);
  const at = indexOf(names, ref);
  if (at === undefined) throw missing("parameter", ref, names);
  return { ...found, parameterIndex: at, name: names[at] ?? "" };
}

const wire = (found: FoundParameter) => [...idsOf(found), int(found.parameterIndex)];

export async function parameterValue({ live, signal }: CommandContext, found: FoundParameter): Promise<number> {
  const [value] = await live.values("/live/device/get/parameter/value", wire(found), signal);
  return Number(value);
}

async function shown({ live, signal }: CommandContext, found: FoundParameter): Promise<string> {
  const [text] = await live.values("/live/device/get/parameter/value_string", wire(found), signal);
  return String(text ?? "");
}

/** Sets it; Live refuses what is out of its range, and rounds what has steps. */
export async function setParameter(context: CommandContext, found: FoundParameter, value: number) {
  const { live, signal, streamed } = context;
  const args = wire(found);
  const place = {
    track: found.index + 1,
    device: found.deviceIndex + 1,
    parameter: found.parameterIndex + 1,
    name: found.name,
  };
  if (streamed) {
    live.osc.send("/live/device/set/parameter/value", [...args, float(value)]);
    return { ...place, value, previous: value, shown: "" };
  }
  const at = found.parameterIndex;
  const [previous, least, most, quantized] = await Promise.all([
    parameterValue(context, found),
    list(context, found, "min"),
    list(context, found, "max"),
    list(context, found, "is_quantized"),
  ]);
  const [min, max] = [Number(least[at]), Number(most[at])];
  if (value < min || value > max) {
    throw PatchbayError.of(
      "INVALID_ARGUMENTS",
      `Cannot set '${found.name}' to ${value}: it goes from ${min} to ${max}`,
      {
        context: { min, max },
      },
    );
  }
  const steps = quantized[at] === true || quantized[at] === 1;
  const now = await live.write("/live/device/set/parameter/value", [...args, float(value)], {
    address: "/live/device/get/parameter/value",
    args,
    equals: steps ? (values) => Math.abs(Number(values[0]) - value) <= 0.5 : [float(value)],
  }, signal);
  return { ...place, value: Number(now), previous, shown: await shown(context, found) };
}

export const deviceHandlers: HandlersOf<typeof deviceCommands> = {
  list_devices: async (context, { track: ref }) => {
    const { session, signal } = context;
    const { index } = await findTrack(context, ref);
    await session.refreshTracks(signal);
    return { devices: session.known.tracks[index]?.devices.map(deviceSummary) ?? [] };
  },
  get_device: async (context, address) => {
    const found = await findDevice(context, address);
    const { device, deviceIndex, index } = found;
    return { ...deviceSummary(device, deviceIndex), track: index + 1, parameters: await parameters(context, found) };
  },
  get_parameter: async (context, { parameter, ...address }) => {
    const found = await findParameter(context, await findDevice(context, address), parameter);
    const [all, text] = await Promise.all([parameters(context, found), shown(context, found)]);
    return { ...all[found.parameterIndex]!, shown: text };
  },
  set_parameter: async (context, { parameter, value, ...address }) => {
    const found = await findParameter(context, await findDevice(context, address), parameter);
    return await setParameter(context, found, value);
  },
  set_parameters: async (context, { parameters: wanted, ...address }) => {
    const device = await findDevice(context, address);
    const done = [];
    for (const { parameter, value } of wanted) {
      done.push(await setParameter(context, await findParameter(context, device, parameter), value));
    }
    return {
      track: device.index + 1,
      device: device.deviceIndex + 1,
      parameters: done,
      previous: done.map(({ parameter, previous }) => ({ parameter, value: previous })).reverse(),
    };
  },
  enable_device: async (context, { enabled, ...address }) => {
    const found = await findParameter(context, await findDevice(context, address), 1);
    const { track, device, value, previous } = await setParameter(context, found, enabled ? 1 : 0);
    return { track, device, value: value > 0.5, previous: previous > 0.5 };
  },
  delete_device: async (context, address) => {
    const { live, signal, session } = context;
    const { index, deviceIndex, device, track } = await findDevice(context, address);
    const before = track.devices.length;
    await live.once("/live/track/delete_device", [int(index), int(deviceIndex)], async () => {
      const [now] = await live.values("/live/track/get/num_devices", [int(index)], signal);
      return Number(now) < before ? true : undefined;
    }, signal);
    await session.refreshTracks(signal);
    return deviceSummary(device, deviceIndex);
  },
  add_device: async (context, { track: ref, device: name }) => {
    const { live, signal, session, peer } = context;
    if (!peer.extensions.includes("add_device")) {
      throw PatchbayError.of(
        "COMMAND_FAILED",
        `Cannot load '${name}': the published AbletonOSC cannot reach Live's browser`,
        {
          context: { missing: "add_device" },
          remedy: `Drag '${name}' onto the track in Live, or keep a track with it and let Patchbay duplicate that.`,
        },
      );
    }
    const { index } = await findTrack(context, ref);
    const before = session.known.tracks[index]?.devices.length ?? 0;
    await live.once("/live/patchbay/add_device", [int(index), name], async () => {
      const [now] = await live.values("/live/track/get/num_devices", [int(index)], signal);
      return Number(now) > before ? true : undefined;
    }, signal);
    await session.refreshTracks(signal);
    const devices = session.known.tracks[index]?.devices ?? [];
    return { ...deviceSummary(devices[before]!, before), track: index + 1 };
  },
  map_cc: async (context, { parameter, channel, cc, ...address }) => {
    const found = await findParameter(context, await findDevice(context, address), parameter);
    await context.live.call("/live/midimap/map_cc", [...wire(found), int(channel - 1), int(cc)], context.signal);
    return { sent: true, note: "Live does not say what is mapped: look at it in Live." };
  },
};
