/** The set that tests begin with: a bass with a clip and a filter, drums, an audio clip, a second scene with a name. */
import { newDevice } from "../simulator/catalogue.ts";
import { newClip } from "../simulator/document.ts";
import type { SimulatedSet } from "../simulator/set.ts";

export function fillSet({ document }: SimulatedSet): void {
  const [bass, drums, vox, other] = document.tracks;
  if (!bass || !drums || !vox || !other) throw new Error("Cannot fill the set: it has too few tracks");
  [bass.name, drums.name, vox.name, other.name] = ["Bass", "Drums", "Vox", "Ambience"];
  const line = newClip(document, bass, 4);
  line.name = "Line";
  line.notes = [0, 1, 2, 3].map((start) => ({ pitch: 40 + start, start, duration: 0.5, velocity: 100, mute: false }));
  bass.slots[0] = line;
  const beat = newClip(document, drums, 8);
  beat.name = "Beat";
  drums.slots[0] = beat;
  const take = newClip(document, vox, 16, false);
  Object.assign(take, { name: "Take", file_path: "/Users/somebody/Music/take one.wav" });
  vox.slots[1] = take;
  bass.devices.push(newDevice(document, "Operator")!, newDevice(document, "Auto Filter")!);
  document.scenes[1]!.name = "Chorus";
}
