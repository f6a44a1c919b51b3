/** What has changed between what was known of the tracks and what Live says now. */
import type { KnownTrack } from "./model.ts";
import type { TrackRow } from "./read_set.ts";

export interface Differences {
  /** Tracks were added, removed, moved or renamed. */
  structure: boolean;
  added: string[];
  removed: string[];
  /** The names of tracks whose clips came, went, or are called otherwise. */
  clips: string[];
  /** The names of tracks that are otherwise another: colour, devices, mute. */
  tracks: string[];
}

export function differences(known: readonly KnownTrack[], rows: readonly TrackRow[]): Differences {
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const structure = JSON.stringify(names(known)) !== JSON.stringify(names(rows)) ||
    known.some(({ kind }, i) => kind !== rows[i]?.kind);
  const found: Differences = { structure, ...missing(names(known), names(rows)), clips: [], tracks: [] };
  if (structure) return found;
  rows.forEach((row, i) => {
    const before = known[i]!;
    if (JSON.stringify(before.clips) !== JSON.stringify(row.clips)) found.clips.push(row.name);
    const other = before.color !== row.color || before.mute !== row.mute || before.solo !== row.solo ||
      JSON.stringify(before.devices) !== JSON.stringify(row.devices);
    if (other) found.tracks.push(row.name);
  });
  return found;
}

function missing(before: readonly string[], now: readonly string[]): { added: string[]; removed: string[] } {
  const removed = [...before];
  const added = now.filter((name) => {
    const at = removed.indexOf(name);
    if (at !== -1) removed.splice(at, 1);
    return at === -1;
  });
  return { added, removed };
}
