/** Group tracks: each holds the tracks behind it, folds them away, and is heard as what they play together. */
import { newTrack, type SimDocument, type SimTrack } from "./document.ts";

/** The tracks in a group, and those in the groups in it. */
export function tracksIn(document: SimDocument, group: SimTrack): SimTrack[] {
  const held = document.tracks.filter(({ group: id }) => id === group.id);
  return held.flatMap((track) => [track, ...tracksIn(document, track)]);
}

/** The groups that a track is in, the innermost first. */
export function groupsOf(document: SimDocument, { group: id }: SimTrack): SimTrack[] {
  const group = document.tracks.find((track) => track.id === id);
  return group === undefined ? [] : [group, ...groupsOf(document, group)];
}

/** Puts tracks that stand in a row into a new group, as a person does with Live's menu: AbletonOSC cannot. */
export function groupTracks(document: SimDocument, name: string, from: number, to: number): SimTrack {
  const held = document.tracks.slice(from, to);
  const outer = held[0]?.group ?? null;
  const group: SimTrack = { ...newTrack(document, false), name, foldable: true, group: outer };
  for (const track of held) if (track.group === outer) track.group = group.id;
  document.tracks.splice(from, 0, group);
  return group;
}

/** Whether nothing silences it: neither it nor a group of it is mute, and where something is solo, it belongs to that. */
export function isHeard(document: SimDocument, track: SimTrack): boolean {
  const above = [track, ...groupsOf(document, track)];
  if (above.some(({ mute }) => mute)) return false;
  const solo = document.tracks.some((one) => one.solo);
  return !solo || [...above, ...tracksIn(document, track)].some((one) => one.solo);
}

/** A copy of a track with new ids, behind it those that it holds. */
export function duplicate(document: SimDocument, track: SimTrack): SimTrack[] {
  const ids = new Map<number, number>();
  const copies = [track, ...tracksIn(document, track)].map((one): SimTrack => {
    const copy = structuredClone(one);
    for (const part of [copy, ...copy.slots, ...copy.devices]) if (part !== null) part.id = document.nextId++;
    ids.set(one.id, copy.id);
    return copy;
  });
  for (const copy of copies) copy.group = ids.get(copy.group ?? -1) ?? copy.group;
  return copies;
}
