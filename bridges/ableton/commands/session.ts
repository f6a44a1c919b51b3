/** The whole set, undo, what is selected, and what cannot be done. */
import { PatchbayError } from "@patchbay/contracts";
import { clipsOf, trackSummary } from "../live/model.ts";
import { drawSession } from "../live/picture.ts";
import { int } from "../live/properties.ts";
import { MOST_LISTENED } from "../live/session.ts";
import type { Note } from "../manifest/values.ts";
import type { sessionCommands } from "../manifest/session.ts";
import { applySession, revert } from "./apply_session.ts";
import type { CommandContext, HandlersOf } from "./context.ts";
import { exportAudio } from "./export_audio.ts";
import { findDevice, findScene, findTrack } from "./lookup.ts";
import { readNotes } from "./notes.ts";

/** Of each MIDI clip, by track and by the number of its scene. */
async function allNotes(context: CommandContext): Promise<Record<string, Note[]>[]> {
  const { session, progress } = context;
  const all: Record<string, Note[]>[] = [];
  for (const [index, track] of session.known.tracks.entries()) {
    progress({ fraction: index / session.known.tracks.length, message: track.name });
    const ofTrack: Record<string, Note[]> = {};
    for (const [slot, clip] of track.clips.entries()) {
      if (clip?.midi) ofTrack[String(slot + 1)] = await readNotes(context, { index, slot });
    }
    all.push(ofTrack);
  }
  return all;
}

async function steps(context: CommandContext, method: "undo" | "redo", wanted: number) {
  const { live, signal, session } = context;
  let taken = 0;
  while (taken < wanted && await live.flag("song", `can_${method}`, [], signal)) {
    await live.call(`/live/song/${method}`, [], signal);
    taken++;
  }
  if (taken === 0) throw PatchbayError.of("COMMAND_FAILED", `Live has nothing to ${method}`);
  const before = session.known.tracks.length;
  await session.refresh(signal);
  // which tracks came or went, nobody says
  if (session.known.tracks.length !== before) session.relisten();
  return { steps: taken };
}

async function selection({ live, signal }: CommandContext) {
  const number = async (address: string) => {
    try {
      return (await live.values(address, [], signal)).map(Number);
    } catch (error) {
      // the master and the return tracks are on no list
      if (error instanceof PatchbayError && error.code === "COMMAND_FAILED") return [];
      throw error;
    }
  };
  const [[track], [scene = 0], [, device = -1]] = await Promise.all([
    number("/live/view/get/selected_track"),
    number("/live/view/get/selected_scene"),
    number("/live/view/get/selected_device"),
  ]);
  return { track: track === undefined ? null : track + 1, scene: scene + 1, device: device < 0 ? null : device + 1 };
}

/** What the published script leaves out; the simulator can some of it. */
const LIMITS = [
  "Rack chains, the master and the return tracks cannot be reached; return tracks can be made, deleted and sent to.",
  "Devices cannot be loaded, as Live's browser cannot be reached.",
  "Audio cannot be exported; a person can be asked to.",
  "Audio clips cannot be made; automation cannot be written into the set, and is played by the bridge instead.",
  "The arrangement's clips can be read, but not changed.",
  "The set cannot be opened or saved.",
  "A plug-in's parameters appear once they are configured in Live.",
  `The faders and meters of the first ${MOST_LISTENED} tracks are listened to; the others are looked at now and then.`,
  "Everything waits for Live's next tick: up to 100 ms for each round trip.",
  "One program at a time: whoever asks last gets what Live's listeners say, and AbletonOSC asks nobody who they are.",
];

export const sessionHandlers: HandlersOf<typeof sessionCommands> = {
  get_session: async (context, { notes }) => {
    const { session, signal } = context;
    await session.refresh(signal);
    const read = notes ? await allNotes(context) : undefined;
    const { transport, tracks, scenes, locators } = session.known;
    return {
      transport,
      tracks: tracks.map((track, i) => ({ ...trackSummary(track, i), ...(read && { notes: read[i] ?? {} }) })),
      scenes: scenes.map((name, i) => ({ number: i + 1, name })),
      locators: locators.map((locator, i) => ({ number: i + 1, ...locator })),
    };
  },
  apply_session: applySession,
  revert_session: async (context, { revision }) => {
    const reversals = context.revisions.take(revision);
    if (reversals !== undefined) return await revert(context, reversals);
    throw PatchbayError.of("NOT_FOUND", `The bridge knows no revision '${revision}'`, {
      remedy: "It remembers the last twenty, for as long as it runs; go back with `undo` instead.",
    });
  },
  undo: (context, args) => steps(context, "undo", args.steps),
  redo: (context, args) => steps(context, "redo", args.steps),
  get_selection: selection,
  select: async (context, { track, scene, device }) => {
    const { live, signal } = context;
    if (track === undefined && scene === undefined) {
      throw PatchbayError.of("INVALID_ARGUMENTS", "Cannot select: name a track or a scene");
    }
    const before = await selection(context);
    if (scene !== undefined) await live.set("view", "selected_scene", [], await findScene(context, scene), signal);
    if (track !== undefined && device !== undefined) {
      const { index, deviceIndex } = await findDevice(context, { track, device });
      await live.call("/live/view/set/selected_device", [int(index), int(deviceIndex)], signal);
    } else if (track !== undefined) {
      await live.set("view", "selected_track", [], (await findTrack(context, track)).index, signal);
    }
    const previous = { ...(before.track === null ? {} : { track: before.track }), scene: before.scene };
    return { ...await selection(context), previous };
  },
  show_message: async ({ live, signal }, { text }) => {
    await live.call("/live/api/show_message", [text], signal);
    return { sent: true };
  },
  get_limits: async ({ live, signal, peer, midi }) => {
    const [usage] = await live.values("/live/application/get/average_process_usage", [], signal);
    const { available, reason, ports } = await midi.ports();
    const simulated = peer.extensions.length > 0;
    return {
      script: simulated ? "the simulator" : "AbletonOSC as it is published",
      live: peer.version,
      simulated,
      extensions: [...peer.extensions],
      midi: available ? ports.join(", ") || "a port of the bridge's own" : reason ?? "",
      limits: LIMITS.filter((limit) =>
        !(peer.extensions.includes("add_device") && limit.startsWith("Devices")) &&
        !(peer.extensions.includes("export_audio") && limit.startsWith("Audio cannot be exported"))
      ),
      process_usage: Number(usage),
    };
  },
  export_audio: exportAudio,
  render_preview: async (context, { width, height, notes }) => {
    const { session, signal, host } = context;
    await session.refreshTracks(signal);
    const read = notes ? await allNotes(context) : [];
    const png = drawSession(session.known, read, { width, height });
    const image = await host.putAsset({ name: "session.png", mediaType: "image/png" }, png);
    const { tracks } = session.known;
    return { image, tracks: tracks.length, clips: tracks.reduce((sum, track) => sum + clipsOf(track).length, 0) };
  },
};
