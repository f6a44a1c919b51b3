/** Live's faders: 0.85 is 0 dB, 40 dB for a whole fader down to -18 dB; below that a curve that comes close to Live's. */

const KNEE = 0.4;
const KNEE_DB = -18;
/** So that silence is reached at -70 dB. */
const BEND = 225;

/** `null` for silence. */
export function decibels(fader: number): number | null {
  if (fader <= 0) return null;
  const below = KNEE - fader;
  const db = below <= 0 ? 40 * fader - 34 : KNEE_DB - 40 * below - BEND * below * below;
  return Math.round(db * 100) / 100;
}

/** The fader's position, 0 to 1. */
export function faderOf(db: number): number {
  if (db >= KNEE_DB) return Math.min(1, (db + 34) / 40);
  const below = (-40 + Math.sqrt(1600 + 4 * BEND * (KNEE_DB - db))) / (2 * BEND);
  return Math.max(0, KNEE - below);
}
