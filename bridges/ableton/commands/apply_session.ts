/** Makes a set as it is described: what is not mentioned stays as it is. */
import type { z } from "zod";
import { PatchbayError } from "@patchbay/contracts";
import { faderOf } from "../live/decibels.ts";
import { colorNumber } from "../live/model.ts";
import type { LiveObject, LiveValue } from "../live/properties.ts";
import type { SessionPlan, TrackPlan } from "../manifest/session.ts";
import { createClip, deleteClipAt } from "./clips.ts";
import type { CommandContext, Reversal } from "./context.ts";
import { findParameter, setParameter } from "./devices.ts";
import { findDevice, indexOf } from "./lookup.ts";
import { setSend } from "./mixer.ts";
import { clearNotes, readNotes, writeNotes } from "./notes.ts";
import { addScene, deleteSceneAt } from "./scenes.ts";
import { createTrack, deleteTrackAt } from "./tracks.ts";

type Plan = z.output<typeof SessionPlan>;

class Application {
  readonly reversals: Reversal[] = [];
  readonly tracks: { name: string; number: number }[] = [];
  readonly created = { tracks: [] as string[], scenes: 0, clips: 0 };
  changed = 0;

  constructor(private readonly context: CommandContext) {}

  async apply({ tempo, signature, scenes, tracks }: Plan): Promise<void> {
    const { session, signal, progress } = this.context;
    await session.refreshTracks(signal);
    if (tempo !== undefined) await this.#set("song", "tempo", [], tempo);
    if (signature !== undefined) {
      await this.#set("song", "signature_numerator", [], signature.numerator);
      await this.#set("song", "signature_denominator", [], signature.denominator);
    }
    const needed = Math.max(scenes.length, ...tracks.flatMap(({ clips }) => clips.map(({ scene }) => scene)), 0);
    while (session.known.scenes.length < needed) {
      const { index } = await addScene(this.context, undefined);
      this.reversals.push({ kind: "scene", index });
      this.created.scenes++;
    }
    for (const [index, { name }] of scenes.entries()) {
      if (session.known.scenes[index] !== name) await this.#set("scene", "name", [index], name);
    }
    for (const [done, track] of tracks.entries()) {
      progress({ fraction: done / tracks.length, message: track.name });
      await this.#track(track);
    }
    await session.refreshTracks(signal, { mixer: true });
  }

  async #track(plan: TrackPlan): Promise<void> {
    const { session } = this.context;
    const found = indexOf(session.known.tracks.map(({ name }) => name), plan.name);
    const index = found ?? (await createTrack(this.context, { kind: plan.kind, name: plan.name })).index;
    if (found === undefined) {
      this.reversals.push({ kind: "track", name: plan.name });
      this.created.tracks.push(plan.name);
    }
    this.tracks.push({ name: session.known.tracks[index]?.name ?? plan.name, number: index + 1 });
    const volume = plan.volume ?? (plan.db === undefined ? undefined : faderOf(plan.db));
    const values: [property: string, value: LiveValue | undefined][] = [
      ["volume", volume],
      ["panning", plan.pan],
      ["mute", plan.mute],
      ["solo", plan.solo],
      ["arm", plan.arm],
    ];
    for (const [property, value] of values) if (value !== undefined) await this.#set("track", property, [index], value);
    if (plan.color !== undefined) await this.#set("track", "color", [index], colorNumber(plan.color), true);
    for (const [send, value] of (plan.sends ?? []).entries()) {
      const previous = await setSend(this.context, index, send, value);
      this.#back((context) => setSend(context, index, send, previous));
    }
    for (const { device, parameter, value } of plan.parameters) {
      const target = await findParameter(
        this.context,
        await findDevice(this.context, { track: index + 1, device }),
        parameter,
      );
      const { previous } = await setParameter(this.context, target, value);
      this.#back((context) => setParameter(context, target, previous));
    }
    for (const clip of plan.clips) await this.#clip(index, clip);
  }

  async #clip(index: number, plan: TrackPlan["clips"][number]): Promise<void> {
    const { session } = this.context;
    const slot = plan.scene - 1;
    const known = session.known.tracks[index];
    if (known?.kind !== "midi track") {
      throw PatchbayError.of("COMMAND_FAILED", `Cannot make a clip on '${known?.name}': it is no MIDI track`);
    }
    const there = known.clips[slot];
    if (!there) {
      await createClip(this.context, { index, slot, length: plan.length });
      this.reversals.push({ kind: "clip", track: known.name, slot });
      this.created.clips++;
    } else if (Math.fround(there.length) !== Math.fround(plan.length)) {
      const start = await this.context.live.number("clip", "loop_start", [index, slot], this.context.signal);
      await this.#set("clip", "loop_end", [index, slot], start + plan.length);
    }
    const ids = [index, slot];
    if (plan.name !== undefined) await this.#set("clip", "name", ids, plan.name);
    if (plan.color !== undefined) await this.#set("clip", "color", ids, colorNumber(plan.color), true);
    if (plan.looping !== undefined) await this.#set("clip", "looping", ids, plan.looping);
    if (plan.notes !== undefined) await this.#notes({ index, slot }, plan.notes);
  }

  async #notes(
    where: { index: number; slot: number },
    notes: NonNullable<TrackPlan["clips"][number]["notes"]>,
  ): Promise<void> {
    const previous = await readNotes(this.context, where);
    if (previous.length > 0) await clearNotes(this.context, where);
    if (notes.length > 0) await writeNotes(this.context, where, notes);
    this.#back(async (context) => {
      await clearNotes(context, where);
      if (previous.length > 0) await writeNotes(context, where, previous);
    });
  }

  async #set(object: LiveObject, property: string, ids: number[], value: LiveValue, loose = false): Promise<void> {
    const { live, signal } = this.context;
    const previous = await live.get(object, property, ids, signal);
    if (previous === null) throw PatchbayError.of("COMMAND_FAILED", `Cannot set ${property}: this ${object} has none`);
    if (previous === value) return;
    await live.set(object, property, ids, value, signal, { loose });
    this.#back((context) => context.live.set(object, property, ids, previous, context.signal, { loose }));
  }

  #back(restore: (context: CommandContext) => Promise<unknown>): void {
    this.changed++;
    this.reversals.push({ kind: "value", restore });
  }
}

export async function applySession(context: CommandContext, plan: Plan) {
  const application = new Application(context);
  try {
    await application.apply(plan);
  } catch (error) {
    // half of it is worse than none
    if (!context.signal.aborted) await revert(context, application.reversals).catch(() => {});
    throw error;
  }
  const { created, changed, tracks } = application;
  return { revision: context.revisions.keep(application.reversals), created, changed, tracks };
}

/** Backwards: values first where they were set last, so that every index is what it was then. */
export async function revert(context: CommandContext, reversals: readonly Reversal[]) {
  const { session, signal } = context;
  const done = { removed_tracks: 0, removed_clips: 0, restored: 0 };
  await session.refreshTracks(signal);
  for (const one of reversals.toReversed()) {
    const at = (name: string) => session.known.tracks.findIndex((track) => track.name === name);
    switch (one.kind) {
      case "value":
        await one.restore(context);
        done.restored++;
        break;
      case "clip": {
        const index = at(one.track);
        if (!session.known.tracks[index]?.clips[one.slot]) break;
        await deleteClipAt(context, index, one.slot);
        done.removed_clips++;
        break;
      }
      case "track": {
        const index = at(one.name);
        if (index === -1) break;
        await deleteTrackAt(context, index);
        done.removed_tracks++;
        break;
      }
      case "scene":
        if (one.index < session.known.scenes.length) await deleteSceneAt(context, one.index);
    }
  }
  await session.refreshTracks(signal, { mixer: true });
  return done;
}
