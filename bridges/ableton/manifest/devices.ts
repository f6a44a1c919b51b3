/** Devices and their parameters. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { DeviceRef, DeviceSummary, MAKE, ParameterRef, TrackRef } from "./values.ts";

const one = { track: TrackRef, device: DeviceRef };

const Parameter = z.object({
  number: z.number().int(),
  name: z.string(),
  value: z.number(),
  min: z.number(),
  max: z.number(),
  quantized: z.boolean().describe("whether it has steps"),
});
const Place = z.object({ track: z.number().int(), device: z.number().int() });
const Changed = Place.extend({
  parameter: z.number().int(),
  name: z.string(),
  value: z.number(),
  previous: z.number(),
  shown: z.string().describe("as Live shows the value: 2.50 kHz"),
});

const list_devices = query({
  summary: "Lists the devices of a track; what is inside racks cannot be seen from outside.",
  args: z.strictObject({ track: TrackRef }),
  result: z.object({ devices: z.array(DeviceSummary) }),
  phrases: ["(list|show) [the] (devices|effects) (of|on) [the] [track] {track}"],
});

const get_device = query({
  summary: "Tells a device's parameters with their ranges; those of a plug-in appear once it is configured in Live.",
  args: z.strictObject(one),
  result: DeviceSummary.extend({ track: z.number().int(), parameters: z.array(Parameter).max(2_000) }),
  phrases: ["(show|describe) [the] device {device} (of|on) [the] [track] {track}"],
});

const get_parameter = query({
  summary: "Reads one parameter of a device.",
  args: z.strictObject({ ...one, parameter: ParameterRef }),
  result: Parameter.extend({ shown: z.string() }),
  phrases: ["(get|show|read) [the] {parameter} of [the] {device} (of|on) [the] [track] {track}"],
});

const set_parameter = command({
  summary: "Sets one parameter of a device; Live refuses what is out of its range.",
  args: z.strictObject({ ...one, parameter: ParameterRef, value: z.number() }),
  result: Changed,
  idempotent: true,
  verify: {
    command: "get_parameter",
    args: {
      track: { $ref: "result.track" },
      device: { $ref: "result.device" },
      parameter: { $ref: "result.parameter" },
    },
    expect: { "/value": { $ref: "result.value" } },
  },
  undo: {
    command: "set_parameter",
    args: {
      track: { $ref: "result.track" },
      device: { $ref: "result.device" },
      parameter: { $ref: "result.parameter" },
      value: { $ref: "result.previous" },
    },
  },
  phrases: ["set [the] {parameter} of [the] {device} (of|on) [the] [track] {track} to {value}"],
});

const Settings = z.array(z.strictObject({ parameter: ParameterRef, value: z.number() })).min(1).max(200);

const set_parameters = command({
  summary: "Sets several parameters of a device.",
  args: z.strictObject({ ...one, parameters: Settings }),
  result: Place.extend({
    parameters: z.array(Changed),
    previous: z.array(z.object({ parameter: z.number().int(), value: z.number() })),
  }),
  idempotent: true,
  undo: {
    command: "set_parameters",
    args: {
      track: { $ref: "result.track" },
      device: { $ref: "result.device" },
      parameters: { $ref: "result.previous" },
    },
  },
});

const enable_device = command({
  summary: "Turns a device on or off.",
  args: z.strictObject({ ...one, enabled: z.boolean() }),
  result: Place.extend({ value: z.boolean(), previous: z.boolean() }),
  idempotent: true,
  undo: {
    command: "enable_device",
    args: {
      track: { $ref: "result.track" },
      device: { $ref: "result.device" },
      enabled: { $ref: "result.previous" },
    },
  },
  phrases: [
    { say: "(turn on|enable) [the] {device} on [the] [track] {track}", args: { enabled: true } },
    { say: "(turn off|disable|bypass) [the] {device} on [the] [track] {track}", args: { enabled: false } },
  ],
});

const delete_device = command({
  summary: "Deletes a device.",
  args: z.strictObject(one),
  result: DeviceSummary,
  effect: "destructive",
  undo: "app",
  phrases: ["(delete|remove) [the] device {device} from [the] [track] {track}"],
});

/** What the simulator has; Live knows many more. */
export const add_device = command({
  summary:
    "Loads a device onto a track. Refused with the published AbletonOSC, which cannot reach Live's browser; see get_limits.",
  args: z.strictObject({
    track: TrackRef,
    device: z.string().min(1).max(100).meta({ slot: "name", description: "as Live calls it: Reverb, Auto Filter" }),
  }),
  result: DeviceSummary.extend({ track: z.number().int() }),
  undo: {
    command: "delete_device",
    args: { track: { $ref: "result.track" }, device: { $ref: "result.number" } },
  },
  phrases: [
    `${MAKE} {device} [effect|device] to [the] [track] {track}`,
    "(put|load) [a|an] {device} [effect|device] (on|onto) [the] [track] {track}",
  ],
});

const map_cc = command({
  summary: "Lets a MIDI controller move a parameter.",
  args: z.strictObject({
    ...one,
    parameter: ParameterRef,
    channel: z.number().int().min(1).max(16).default(1),
    cc: z.number().int().min(0).max(127),
  }),
  result: z.object({ sent: z.literal(true), note: z.string() }),
  undo: "none",
  phrases: ["map cc {cc} to [the] {parameter} of [the] {device} on [the] [track] {track}"],
});

export const deviceCommands = {
  list_devices,
  get_device,
  get_parameter,
  set_parameter,
  set_parameters,
  enable_device,
  delete_device,
  add_device,
  map_cc,
};
