/** Animation: keyframes and the timeline. */
import { applyAnimation, keyedFrames, propertyOf, setKeyframe } from "../animation.ts";
import type { Handlers } from "../command_context.ts";
import type { SceneObject } from "../document.ts";
import { invalid, objectNamed } from "../lookup.ts";
import { valuesBefore } from "../previous.ts";

const PLACE = ["location", "rotation", "scale"] as const;

const animated = (object: SceneObject) => ({ name: object.name, keyframes: keyedFrames(object) });

export const animation: Handlers<
  "insert_keyframe" | "animate_object" | "set_keyframes" | "clear_animation" | "set_timeline"
> = {
  insert_keyframe({ document }, args) {
    const object = objectNamed(document, args.object);
    const frame = args.frame ?? document.timeline.current;
    const given = PLACE.filter((property) => args[property] !== undefined);
    const keyed = new Set([...given, ...(args.property === undefined ? [] : [args.property])]);
    for (const property of keyed.size === 0 ? PLACE : keyed) {
      const value = args[property] ?? object[property];
      setKeyframe(object, property, { frame, value, interpolation: args.interpolation });
    }
    applyAnimation(document);
    return animated(object);
  },

  animate_object({ document }, { property, interpolation, ...args }) {
    const object = objectNamed(document, args.object);
    const { start = document.timeline.start, end = document.timeline.end } = args;
    if (end <= start) {
      throw invalid(`it would begin at frame ${start} and end at frame ${end}`, [
        args.end === undefined ? "start" : "end",
      ]);
    }
    setKeyframe(object, property, { frame: start, value: args.from ?? object[property], interpolation });
    setKeyframe(object, property, { frame: end, value: args.to, interpolation });
    applyAnimation(document);
    return animated(object);
  },

  set_keyframes({ document }, args) {
    const changed = new Set<SceneObject>();
    for (const [i, track] of args.tracks.entries()) {
      const object = objectNamed(document, track.object);
      const present = propertyOf(document, object, track.property);
      const refuse = (message: string) => invalid(message, ["tracks", i, "property"]);
      if (present === undefined) throw refuse(`a ${object.type} has no ${track.property}`);
      if (args.replace) delete object.animation[track.property];
      for (const { frame, value } of track.keyframes) {
        const numbers = Array.isArray(value) ? value : [Number(value)];
        if (numbers.length !== present.length) throw refuse(`the value needs ${present.length} number(s)`);
        setKeyframe(object, track.property, { frame, value: numbers, interpolation: track.interpolation });
      }
      changed.add(object);
    }
    applyAnimation(document);
    const keyframes = args.tracks.reduce((sum, track) => sum + track.keyframes.length, 0);
    return { objects: [...changed].map(animated), keyframes };
  },

  clear_animation({ document }, args) {
    const objects = args.object === undefined ? Object.values(document.objects) : [objectNamed(document, args.object)];
    const cleared = objects.filter(({ animation }) =>
      args.property === undefined ? Object.keys(animation).length > 0 : animation[args.property] !== undefined
    );
    for (const object of cleared) {
      if (args.property === undefined) object.animation = {};
      else delete object.animation[args.property];
    }
    return { objects: cleared.map(({ name }) => name) };
  },

  set_timeline({ document, event }, args) {
    const timeline = { ...document.timeline };
    for (const key of ["fps", "start", "end", "current"] as const) timeline[key] = args[key] ?? timeline[key];
    if (timeline.end < timeline.start) {
      const argument = args.end === undefined ? "start" : "end";
      throw invalid(`the range would begin at ${timeline.start} and end at ${timeline.end}`, [argument]);
    }
    const previous = valuesBefore(document.timeline, args);
    const moved = timeline.current !== document.timeline.current;
    document.timeline = timeline;
    applyAnimation(document);
    if (moved) event("frame_changed", { frame: timeline.current });
    return { ...timeline, previous };
  },
};
