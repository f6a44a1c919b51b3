/** The music, and where in time it is looked at: two bars of four beats. */

export const TEMPO = 120;
export const BEATS = 8;
export const SECONDS = BEATS * 60 / TEMPO;

/** Of Blender's timeline. */
export const FPS = 24;
export const FRAMES = SECONDS * FPS;
/** Every so many frames one is rendered: half a beat. */
export const FRAME_STEP = 6;

/** One note a beat, as MIDI has them: A minor, up and down again. */
export const MELODY = [57, 60, 64, 67, 69, 67, 64, 60] as const;
export const PITCHES = [57, 60, 64, 67, 69] as const;

export const notes = MELODY.map((pitch, beat) => ({ pitch, start: beat, duration: 0.9, velocity: 60 }));

/** What TouchDesigner's timeline shows at each rendered frame: a little later, when a kick that begins there is heard. */
export const SAMPLES = Array.from({ length: FRAMES / FRAME_STEP }, (_, i) => ({
  number: i + 1,
  /** Of Blender's timeline. */
  frame: 1 + i * FRAME_STEP,
  /** Of TouchDesigner's, at 60 a second. */
  seen: Math.round(i * FRAME_STEP / FPS * 60) + 4,
}));

/** The samples of which a picture is taken: on a beat and between beats, early and late. */
export const PICTURED = [1, 6, 11, 16] as const;
