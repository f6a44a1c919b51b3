/** `/live/song`, `/live/view`: the transport, tracks and scenes as a whole, locators, what is selected. */
import type { OscArgument } from "@patchbay/bridge-kit";
import { newScene, newTrack, type SimDocument } from "./document.ts";
import { duplicate, tracksIn } from "./groups.ts";
import { type Handler, type HandlerContext, propertyHandlers } from "./handler.ts";
import { CLIP, SONG, TRACK } from "./properties.ts";
import { attribute, float, index, integer, item, PythonError, text } from "./python.ts";
import type { SimulatedSet } from "./set.ts";
import { out } from "./wire.ts";

export function songHandlers(context: HandlerContext): void {
  const { set, handlers, listeners } = context;
  propertyHandlers(context, {
    name: "song",
    properties: SONG,
    ids: 0,
    find: () => set,
    identity: () => "song",
    again: () => set,
  });
  const on = (address: string, handler: Handler) => void handlers.set(address, handler);
  const method = (name: string, action: Handler) => on(`/live/song/${name}`, (args) => void action(args));
  methods(set, method);
  on("/live/song/get/num_tracks", () => [out.int(set.document.tracks.length)]);
  on("/live/song/get/num_scenes", () => [out.int(set.document.scenes.length)]);
  on("/live/song/get/track_names", () => set.document.tracks.map(({ name }) => name));
  on("/live/song/get/scenes/name", () => set.document.scenes.map(({ name }) => name));
  on("/live/song/get/cue_points", () => sorted(set.document).flatMap(({ name, time }) => [name, out.float(time)]));
  on("/live/song/get/track_data", (args) => trackData(set, args.map((arg) => "value" in arg ? arg.value : "")));
  on("/live/song/cue_point/jump", ([cue]) => {
    const cues = sorted(set.document);
    const found = cue?.type === "s" ? cues.find(({ name }) => name === cue.value) : item(cues, index(cue));
    if (found !== undefined) set.songTime = found.time;
    return undefined;
  });
  on("/live/song/cue_point/add_or_delete", () => void toggleCue(set));
  on("/live/song/cue_point/set/name", ([cue, name]) => {
    const at = item(sorted(set.document), index(cue)).time;
    set.edit(({ cues }) => {
      for (const one of cues) if (one.time === at) one.name = text(name);
    });
    return undefined;
  });
  on("/live/song/start_listen/beat", (args) => {
    const read = () => [out.int(Math.floor(set.songTime))];
    listeners.start("song beat", args, {
      object: "song",
      read,
      reports: [{ address: "/live/song/get/beat", read }],
      strict: false,
    });
    return undefined;
  });
  on(
    "/live/song/stop_listen/beat",
    (args) => void listeners.stop("song beat", args, { object: "song", strict: false }),
  );
  views(context, on);
}

function methods(set: SimulatedSet, method: (name: string, action: Handler) => void): void {
  method("start_playing", () => void set.start(0));
  method("continue_playing", () => void set.start());
  method("stop_playing", () => void set.stop());
  method("stop_all_clips", () => void set.stopAll());
  method("tap_tempo", () => undefined);
  method("capture_midi", () => undefined);
  method("re_enable_automation", () => undefined);
  method("force_link_beat_time", () => undefined);
  method(
    "trigger_session_record",
    () => void set.edit(({ song }) => void (song.session_record = !song.session_record)),
  );
  method("undo", () => void set.undo());
  method("redo", () => void set.redo());
  method("jump_by", ([beats]) => void (set.songTime = Math.max(0, set.songTime + float(beats))));
  method("jump_to_next_cue", () => {
    const next = sorted(set.document).find(({ time }) => time > set.songTime);
    if (next !== undefined) set.songTime = next.time;
    return undefined;
  });
  method("jump_to_prev_cue", () => {
    const before = sorted(set.document).findLast(({ time }) => time < set.songTime);
    set.songTime = before?.time ?? 0;
    return undefined;
  });
  method("set_or_delete_cue", () => void toggleCue(set));
  const create = (midi: boolean): Handler => ([at]) =>
    void set.edit((document) => {
      const where = at === undefined ? -1 : integer(at);
      if (where < -1 || where > document.tracks.length) throw new PythonError("Invalid track index");
      const place = where === -1 ? document.tracks.length : where;
      // what stands between the tracks of a group is in it
      const group = document.tracks[place]?.group ?? null;
      document.tracks.splice(place, 0, { ...newTrack(document, midi), group });
    });
  method("create_midi_track", create(true));
  method("create_audio_track", create(false));
  method("create_return_track", () =>
    void set.edit((document) => {
      if (document.returns.length === 12) throw new PythonError("Maximum number of return tracks reached");
      document.returns.push(`${String.fromCharCode(65 + document.returns.length)}-Return`);
      for (const { sends } of document.tracks) sends.push(0);
    }));
  method("delete_return_track", ([at]) =>
    void set.edit((document) => {
      const where = integer(at);
      item(document.returns, where);
      document.returns.splice(where, 1);
      for (const { sends } of document.tracks) sends.splice(where, 1);
    }));
  method("delete_track", ([at]) =>
    void set.edit((document) => {
      const track = item(document.tracks, integer(at));
      const gone = [track, ...tracksIn(document, track)];
      if (document.tracks.length === gone.length) throw new PythonError("Cannot delete the last track");
      document.tracks = document.tracks.filter((one) => !gone.includes(one));
    }));
  method("duplicate_track", ([at]) =>
    void set.edit((document) => {
      const track = item(document.tracks, integer(at));
      const copies = duplicate(document, track);
      document.tracks.splice(document.tracks.indexOf(track) + copies.length, 0, ...copies);
    }));
  method("create_scene", ([at]) => {
    set.edit((document) => {
      const where = at === undefined ? -1 : integer(at);
      if (where < -1 || where > document.scenes.length) throw new PythonError("Invalid scene index");
      insertScene(document, where === -1 ? document.scenes.length : where);
    });
    return undefined;
  });
  method("delete_scene", ([at]) =>
    void set.edit((document) => {
      item(document.scenes, integer(at));
      if (document.scenes.length === 1) throw new PythonError("Cannot delete the last scene");
      document.scenes.splice(integer(at), 1);
      for (const { slots } of document.tracks) slots.splice(integer(at), 1);
    }));
  method("duplicate_scene", ([at]) =>
    void set.edit((document) => {
      const where = integer(at);
      const { id: _id, ...scene } = item(document.scenes, where);
      insertScene(document, where + 1);
      Object.assign(document.scenes[where + 1]!, scene);
      for (const { slots } of document.tracks) {
        const clip = slots[where];
        slots[where + 1] = clip ? { ...structuredClone(clip), id: document.nextId++ } : null;
      }
    }));
  method("capture_and_insert_scene", () =>
    void set.edit((document) => {
      const where = set.selectedScene + 1;
      const playing = document.tracks.map((track) => track.slots[set.playingSlot(track)] ?? null);
      insertScene(document, where);
      document.tracks.forEach(({ slots }, i) => {
        const clip = playing[i];
        slots[where] = clip ? { ...structuredClone(clip), id: document.nextId++ } : null;
      });
    }));
}

function insertScene(document: SimDocument, where: number): void {
  document.scenes.splice(where, 0, newScene(document));
  for (const { slots } of document.tracks) slots.splice(where, 0, null);
}

const sorted = ({ cues }: SimDocument) => cues.toSorted((a, b) => a.time - b.time);

/** Where the song is: one that is there goes. */
function toggleCue(set: SimulatedSet): void {
  set.edit(({ cues }) => {
    const at = cues.findIndex(({ time }) => Math.abs(time - set.songTime) < 1e-6);
    if (at === -1) cues.push({ name: String(cues.length + 1), time: Math.fround(set.songTime) });
    else cues.splice(at, 1);
  });
}

/** All that was asked for of a row of tracks, one behind the other, and nothing of the question. */
function trackData(set: SimulatedSet, [from, to, ...names]: readonly (string | number)[]): OscArgument[] {
  const { tracks } = set.document;
  const end = Number(to) === -1 ? tracks.length : Number(to);
  const data: OscArgument[] = [];
  for (let i = Number(from); i < end; i++) {
    const track = item(tracks, i);
    for (const name of names) {
      const [object, property = ""] = String(name).split(".");
      if (object === "track" && property === "num_devices") data.push(out.int(track.devices.length));
      else if (object === "track") data.push(known(TRACK[property], "Track", property).get({ set, track }));
      else if (object === "clip") {
        track.slots.forEach((clip, slot) =>
          data.push(clip === null ? null : known(CLIP[property], "Clip", property).get({ set, track, slot, clip }))
        );
      } else if (object === "clip_slot" && property === "has_clip") {
        data.push(...track.slots.map((clip) => clip !== null));
      } else if (object === "device" && (property === "name" || property === "class_name" || property === "type")) {
        data.push(...track.devices.map((device) => property === "type" ? out.int(device.type) : device[property]));
      } else throw attribute(String(object), property);
    }
  }
  return data;
}

function known<T>(property: T | undefined, object: string, name: string): T {
  if (property === undefined) throw attribute(object, name);
  return property;
}

function views(
  { set, listeners, messages: _messages }: HandlerContext,
  on: (address: string, handler: Handler) => void,
) {
  const selected = {
    selected_track: () => [out.int(set.selectedTrack)],
    selected_scene: () => [out.int(set.selectedScene)],
  };
  for (const [name, read] of Object.entries(selected)) {
    on(`/live/view/get/${name}`, read);
    on(`/live/view/start_listen/${name}`, (args) => {
      listeners.start(`view ${name}`, args, {
        object: "view",
        read,
        reports: [{ address: `/live/view/get/${name}`, read }],
        strict: false,
      });
      return undefined;
    });
    on(
      `/live/view/stop_listen/${name}`,
      (args) => void listeners.stop(`view ${name}`, args, { object: "view", strict: false }),
    );
  }
  on("/live/view/get/selected_clip", () => [out.int(set.selectedTrack), out.int(set.selectedScene)]);
  on("/live/view/get/selected_device", () => [out.int(set.selectedTrack), out.int(set.selectedDevice)]);
  on("/live/view/set/selected_track", ([at]) => {
    item(set.document.tracks, integer(at));
    set.selectedTrack = integer(at);
    return undefined;
  });
  on("/live/view/set/selected_scene", ([at]) => {
    item(set.document.scenes, integer(at));
    set.selectedScene = integer(at);
    return undefined;
  });
  on("/live/view/set/selected_clip", ([track, scene]) => {
    set.selectedTrack = integer(track);
    set.selectedScene = integer(scene);
    return undefined;
  });
  on("/live/view/set/selected_device", ([track, device]) => {
    item(item(set.document.tracks, integer(track)).devices, integer(device));
    set.selectedTrack = integer(track);
    set.selectedDevice = integer(device);
    return undefined;
  });
}
