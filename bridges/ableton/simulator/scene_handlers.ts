/** `/live/scene`. */
import type { SimScene } from "./document.ts";
import { type HandlerContext, propertyHandlers } from "./handler.ts";
import { SCENE } from "./properties.ts";
import { index, item } from "./python.ts";
import type { Argument } from "./wire.ts";

export function sceneHandlers(context: HandlerContext): void {
  const { set, handlers } = context;
  const find = ([id]: readonly Argument[]) => item(set.document.scenes, index(id));
  const clips = (scene: SimScene) => {
    const slot = set.document.scenes.indexOf(scene);
    return set.document.tracks.filter(({ slots }) => slots[slot]);
  };
  propertyHandlers(context, {
    name: "scene",
    properties: {
      ...SCENE,
      is_empty: { get: (scene) => clips(scene).length === 0 },
      is_triggered: { get: () => false },
    },
    ids: 1,
    find,
    identity: ({ id }) => `scene ${id}`,
    again: ({ id }) => set.document.scenes.find((one) => one.id === id),
  });
  const fire = (scene: SimScene) => {
    const slot = set.document.scenes.indexOf(scene);
    const { song } = set.document;
    if (scene.tempo_enabled && scene.tempo > 0) song.tempo = scene.tempo;
    if (scene.time_signature_enabled && scene.time_signature_numerator > 0) {
      song.signature_numerator = scene.time_signature_numerator;
      song.signature_denominator = scene.time_signature_denominator;
    }
    set.fire(...set.document.tracks.map((track) => [track, slot] as [typeof track, number]));
  };
  handlers.set("/live/scene/fire", (args) => void fire(find(args)));
  handlers.set("/live/scene/fire_as_selected", (args) => void fire(find(args)));
  handlers.set("/live/scene/fire_selected", () => void fire(item(set.document.scenes, set.selectedScene)));
}
