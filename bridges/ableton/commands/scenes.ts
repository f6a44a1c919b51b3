/** Scenes. */
import { PatchbayError } from "@patchbay/contracts";
import { colorNumber, hexColor } from "../live/model.ts";
import { int, type LiveValue } from "../live/properties.ts";
import { countScenes } from "../live/read_set.ts";
import type { sceneCommands } from "../manifest/scenes.ts";
import type { SceneRef } from "../manifest/values.ts";
import { change, type CommandContext, type HandlersOf } from "./context.ts";
import { expectCount, findScene } from "./lookup.ts";

/** Sends what changes how many scenes there are, once, and waits until that is so. */
async function counted(context: CommandContext, address: string, args: number[], by: 1 | -1): Promise<void> {
  const { session, live, signal } = context;
  const before = await countScenes(live, signal);
  const now = await live.once(address, args.map(int), async () => {
    const count = await countScenes(live, signal);
    return count === before ? undefined : count;
  }, signal);
  expectCount("scenes", now, before + by);
  await session.refreshTracks(signal);
  tell(context);
}

function tell({ session: { host, known } }: CommandContext): void {
  host.event("scenes_changed", { scenes: known.scenes.length, names: known.scenes.slice(0, 200) });
}

/** A scene at an index, else behind the last one. */
export async function addScene(context: CommandContext, at: number | undefined): Promise<{ index: number }> {
  const count = await countScenes(context.live, context.signal);
  const index = at === undefined ? count : Math.min(at, count);
  await counted(context, "/live/song/create_scene", [index === count ? -1 : index], 1);
  return { index };
}

export async function deleteSceneAt(context: CommandContext, index: number): Promise<void> {
  await counted(context, "/live/song/delete_scene", [index], -1);
}

const summary = ({ session }: CommandContext, index: number) => ({
  number: index + 1,
  name: session.known.scenes[index] ?? "",
});

async function setOnScene<V extends LiveValue>(
  context: CommandContext,
  ref: SceneRef,
  property: string,
  value: V,
  options: { loose?: boolean } = {},
) {
  const index = await findScene(context, ref);
  const changed = await change(context, "scene", property, [index], value, options);
  return { index, scene: index + 1, name: context.session.known.scenes[index] ?? "", ...changed };
}

async function tempoOf({ live, signal, session }: CommandContext, index: number) {
  const [enabled, bpm] = await Promise.all([
    live.flag("scene", "tempo_enabled", [index], signal),
    live.number("scene", "tempo", [index], signal),
  ]);
  // a scene that never had a tempo says -1
  return { enabled, bpm: bpm >= 20 ? bpm : session.known.transport.tempo };
}

async function signatureOf({ live, signal, session }: CommandContext, index: number) {
  const [enabled, numerator, denominator] = await Promise.all([
    live.flag("scene", "time_signature_enabled", [index], signal),
    live.number("scene", "time_signature_numerator", [index], signal),
    live.number("scene", "time_signature_denominator", [index], signal),
  ]);
  const song = session.known.transport.signature;
  return numerator > 0 && denominator > 0 ? { enabled, numerator, denominator } : { enabled, ...song };
}

export const sceneHandlers: HandlersOf<typeof sceneCommands> = {
  list_scenes: async (context) => {
    const { session, signal } = context;
    await session.refreshTracks(signal);
    return { scenes: session.known.scenes.map((_, index) => summary(context, index)) };
  },
  get_scene: async (context, { scene }) => {
    const { live, signal, session } = context;
    const index = await findScene(context, scene);
    const [color, tempo, signature] = await Promise.all([
      live.number("scene", "color", [index], signal),
      tempoOf(context, index),
      signatureOf(context, index),
    ]);
    const clips = session.known.tracks.filter((track) => track.clips[index]).length;
    return { ...summary(context, index), color: hexColor(color), tempo, signature, clips };
  },
  create_scene: async (context, { name, number }) => {
    const { live, signal, session } = context;
    const { index } = await addScene(context, number === undefined ? undefined : number - 1);
    if (name !== undefined) {
      session.known.scenes[index] = String(await live.set("scene", "name", [index], name, signal));
    }
    return summary(context, index);
  },
  capture_scene: async (context) => {
    const { live, signal } = context;
    const selected = await live.number("view", "selected_scene", [], signal);
    await counted(context, "/live/song/capture_and_insert_scene", [], 1);
    return summary(context, selected + 1);
  },
  delete_scene: async (context, { scene }) => {
    const index = await findScene(context, scene);
    const gone = summary(context, index);
    await deleteSceneAt(context, index);
    return gone;
  },
  duplicate_scene: async (context, { scene }) => {
    const index = await findScene(context, scene);
    await counted(context, "/live/song/duplicate_scene", [index], 1);
    return summary(context, index + 1);
  },
  rename_scene: async (context, { scene, name }) => {
    const { index, ...changed } = await setOnScene(context, scene, "name", name);
    context.session.known.scenes[index] = changed.value;
    return { ...changed, name: changed.value };
  },
  fire_scene: async (context, { scene }) => {
    const index = await findScene(context, scene);
    await context.live.call("/live/scene/fire", [int(index)], context.signal);
    return summary(context, index);
  },
  set_scene_color: async (context, { scene, color }) => {
    const { index: _index, value, previous, ...where } = await setOnScene(context, scene, "color", colorNumber(color), {
      loose: true,
    });
    return { ...where, value: hexColor(value), previous: hexColor(previous) };
  },
  set_scene_tempo: async (context, { scene, enabled, bpm }) => {
    const { live, signal } = context;
    const index = await findScene(context, scene);
    const previous = await tempoOf(context, index);
    if (bpm !== undefined) await live.set("scene", "tempo", [index], bpm, signal);
    else if (enabled && !previous.enabled) await live.set("scene", "tempo", [index], previous.bpm, signal);
    await live.set("scene", "tempo_enabled", [index], enabled, signal);
    const { number, name } = summary(context, index);
    return { scene: number, name, value: await tempoOf(context, index), previous };
  },
  set_scene_signature: async (context, { scene, enabled, numerator, denominator }) => {
    const { live, signal } = context;
    if (enabled && (numerator === undefined) !== (denominator === undefined)) {
      throw PatchbayError.of(
        "INVALID_ARGUMENTS",
        "Cannot set half a time signature: it takes numerator and denominator",
      );
    }
    const index = await findScene(context, scene);
    const previous = await signatureOf(context, index);
    const set = (property: string, value: number) =>
      live.set("scene", `time_signature_${property}`, [index], value, signal);
    await set("numerator", numerator ?? previous.numerator);
    await set("denominator", denominator ?? previous.denominator);
    await live.set("scene", "time_signature_enabled", [index], enabled, signal);
    const { number, name } = summary(context, index);
    return { scene: number, name, value: await signatureOf(context, index), previous };
  },
};
