/** `/live/track`. */
import type { OscArgument } from "@patchbay/bridge-kit";
import { clipLength, type SimTrack } from "./document.ts";
import { echoedId, type Handler, type HandlerContext, propertyHandlers } from "./handler.ts";
import { MIXER, TRACK, type TrackTarget } from "./properties.ts";
import { float, index, integer, item, PythonError, text } from "./python.ts";
import { type Argument, out } from "./wire.ts";

const ROUTINGS = {
  input_routing_type: (track: SimTrack) =>
    track.midi ? ["All Ins", "Computer Keyboard", "No Input"] : ["Ext. In", "No Input"],
  input_routing_channel: (track: SimTrack) => track.midi ? ["All Channels", "Ch. 1", "Ch. 2"] : ["1", "2", "1/2"],
  output_routing_type: () => ["Master", "Ext. Out", "Sends Only"],
  output_routing_channel: (track: SimTrack) => track.output_routing_type === "Ext. Out" ? ["1/2", "1", "2"] : [""],
} as const;

export function trackHandlers(context: HandlerContext): void {
  const { set, handlers } = context;
  const find = ([id]: readonly Argument[]): TrackTarget => ({ set, track: item(set.document.tracks, index(id)) });
  const shared = {
    name: "track",
    ids: 1,
    find,
    identity: ({ track }: TrackTarget) => `track ${track.id}`,
    again: ({ track: { id } }: TrackTarget) => {
      const track = set.document.tracks.find((one) => one.id === id);
      return track === undefined ? undefined : { set, track };
    },
    all: () => set.document.tracks.map((track) => ({ set, track })),
  };
  propertyHandlers(context, { ...shared, properties: TRACK });
  propertyHandlers(context, { ...shared, properties: MIXER, echoes: false, strict: true });

  const on = (
    name: string,
    handler: (track: SimTrack, args: readonly Argument[]) => readonly OscArgument[] | undefined,
  ) =>
    void handlers.set(`/live/track/${name}`, (args): ReturnType<Handler> => {
      const [id, ...rest] = args;
      const answer = handler(find(args).track, rest);
      return answer === undefined || id === undefined ? undefined : [echoedId(id), ...answer];
    });
  on("get/send", ({ sends }, [send]) => [echoedId(send!), out.float(item(sends, integer(send)))]);
  on("set/send", (track, [send, value]) => {
    item(track.sends, integer(send));
    const amount = float(value);
    if (amount < 0 || amount > 1) throw new PythonError("Invalid value. Check the parameters range with min/max");
    set.edit(() => void (track.sends[integer(send)] = Math.fround(amount)));
    return undefined;
  });
  on("stop_all_clips", (track) => void set.stopTrack(track));
  on("delete_clip", (track, [slot]) => {
    if (!item(track.slots, integer(slot))) throw new PythonError("Cannot delete clip: slot is empty");
    set.edit(() => void (track.slots[integer(slot)] = null));
    return undefined;
  });
  on("delete_device", (track, [device]) => {
    item(track.devices, integer(device));
    set.edit(() => void track.devices.splice(integer(device), 1));
    return undefined;
  });
  on("get/clips/name", ({ slots }) => slots.map((clip) => clip?.name ?? null));
  on("get/clips/length", ({ slots }) => slots.map((clip) => clip === null ? null : out.float(clipLength(clip))));
  on("get/clips/color", ({ slots }) => slots.map((clip) => clip === null ? null : out.int(clip.color)));
  for (const property of ["name", "length", "start_time"]) on(`get/arrangement_clips/${property}`, () => []);
  on("get/num_devices", ({ devices }) => [out.int(devices.length)]);
  on("get/devices/name", ({ devices }) => devices.map(({ name }) => name));
  on("get/devices/class_name", ({ devices }) => devices.map(({ class_name }) => class_name));
  on("get/devices/type", ({ devices }) => devices.map(({ type }) => out.int(type)));
  on("get/devices/can_have_chains", ({ devices }) => devices.map(({ class_name }) => class_name === "DrumGroupDevice"));
  for (const [key, available] of Object.entries(ROUTINGS)) {
    const routing = key as keyof typeof ROUTINGS;
    const has = (track: SimTrack) => {
      if (track.foldable && routing.startsWith("input")) {
        throw new PythonError("Only audio and MIDI tracks have inputs");
      }
    };
    on(`get/available_${routing}s`, (track) => {
      has(track);
      return available(track);
    });
    on(`get/${routing}`, (track) => {
      has(track);
      return [track[routing]];
    });
    on(`set/${routing}`, (track, [name]) => {
      // what it does not know it only logs
      has(track);
      const wanted = name?.type === "s" ? name.value : text(name);
      if (!available(track).includes(wanted)) return undefined;
      set.edit(() => {
        track[routing] = wanted;
        if (routing === "output_routing_type") {
          track.output_routing_channel = ROUTINGS.output_routing_channel(track)[0]!;
        }
      });
      return undefined;
    });
  }
}
