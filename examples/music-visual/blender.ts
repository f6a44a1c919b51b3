/** In Blender: a stage with a bar for each note, a ball that TouchDesigner moves, and screens that show what it draws. */
import type { StepList } from "../step_list.ts";
import { FPS, FRAME_STEP, FRAMES, notes, PICTURED, PITCHES, SAMPLES, TEMPO } from "./score.ts";

/** The column that Live's meter raises. */
export const METER = "Meter";
/** How the scene is rendered. */
export const PICTURE = { width: 320, height: 180, engine: "cycles", samples: 16 };

const ref = (text: string) => ({ $ref: text });
const BAR = "Note";
const SCREEN = "Screen";
const LOW = 0.15;
const HIGH = 2.6;

export function buildStage(list: StepList): void {
  const blender = list.of("blender");
  blender("stage", "new_file", { template: "empty" });
  blender("night_sky", "set_world", { color: "#0a0a18", strength: 0.4 });
  blender("objects", "apply_scene", { objects: OBJECTS, active_camera: "Camera" });
  blender("timeline", "set_timeline", { fps: FPS, start: 1, end: FRAMES, current: 1 });
  blender("bars", "set_keyframes", {
    tracks: PITCHES.map((pitch) => ({
      object: `${BAR} ${pitch}`,
      property: "scale",
      interpolation: "linear",
      keyframes: barKeyframes(pitch),
    })),
  });
  blender("drift", "animate_object", { object: "Camera", from: [-0.6, -14, 4.2], to: [0.6, -14, 4.2] });
}

/** What TouchDesigner made of the music comes into the scene. */
export function feedBack(list: StepList): void {
  const blender = list.of("blender");
  blender("levels", "set_keyframes", {
    tracks: [
      track("Ball", "scale", ({ number }) => {
        const size = ref(`level${number}.result.channels.0.value`);
        return [size, size, size];
      }),
      track("Glow", "energy", ({ number }) => ref(`level${number}.result.channels.1.value`)),
    ],
  });
  for (const [i, number] of PICTURED.entries()) {
    const texture = { $asset: `picture${number}.result.image` };
    blender(`screen${i + 1}`, "set_material", { object: `${SCREEN} ${i + 1}`, texture, roughness: 0.6 });
  }
}

export function render(list: StepList): void {
  const blender = list.of("blender");
  const frames = { start: 1, end: FRAMES, step: FRAME_STEP };
  blender("render", "render_animation", { ...frames, ...PICTURE });
}

type Sample = (typeof SAMPLES)[number];

function track(object: string, property: string, value: (sample: Sample) => unknown) {
  const keyframes = SAMPLES.map((sample) => ({ frame: sample.frame, value: value(sample) }));
  return { object, property, interpolation: "linear", keyframes };
}

/** It jumps up where its note begins, and sinks while the note lasts. */
function barKeyframes(pitch: number) {
  const framesOf = (beats: number) => 1 + Math.round(beats * 60 / TEMPO * FPS);
  const at = (frame: number, height: number) => ({ frame, value: [1, 1, height] });
  const sounding = notes.filter((note) => note.pitch === pitch);
  return [
    ...sounding[0]?.start === 0 ? [] : [at(1, LOW)],
    ...sounding.flatMap(({ start, duration }) => [
      ...start === 0 ? [] : [at(framesOf(start) - 1, LOW)],
      at(framesOf(start), HIGH),
      at(framesOf(start + duration), LOW),
    ]),
  ];
}

const BALL = [-4, -1, 1.4] as const;
const COLORS = ["#ff4d6d", "#ff9f1c", "#ffe14d", "#2ec4b6", "#3d8bff"];

const OBJECTS = [
  { name: "Floor", type: "plane", size: 60, color: "#14141f", roughness: 0.35 },
  { name: "Ball", type: "sphere", size: 2, location: BALL, color: "#ff7a1a", roughness: 0.3 },
  { name: "Glow", type: "point_light", location: [BALL[0], -4.2, 3.2], energy: 200, color: "#ffb070" },
  { name: METER, type: "cube", size: 0.8, location: [5.4, -1, 0.1], color: "#41ff8a", emission_strength: 0.4 },
  ...PITCHES.map((pitch, i) => ({
    name: `${BAR} ${pitch}`,
    type: "cube",
    size: 1,
    location: [i * 1.35 - 1.5, -1, 0.1],
    color: COLORS[i],
    emission_strength: 0.25,
  })),
  ...PICTURED.map((_, i) => ({
    name: `${SCREEN} ${i + 1}`,
    type: "plane",
    size: 1,
    location: [(i - 1.5) * 3.7, 4.5, 3.6],
    rotation: [90, 0, 0],
    scale: [3.4, 1.9125, 1],
  })),
  { name: "Key", type: "area_light", location: [-5, -8, 8], energy: 600, look_at: "Ball" },
  { name: "Wash", type: "area_light", location: [0, -3, 6], energy: 1800, look_at: "Screen 2" },
  { name: "Camera", type: "camera", location: [0, -14, 4.2], rotation: [81, 0, 0], focal_length: 34 },
];
