/** What the simulator can beyond the published script, at addresses of its own; a bridge asks for them when it opens. */
import { writeFileSync } from "node:fs";
import { newDevice } from "./catalogue.ts";
import type { HandlerContext } from "./handler.ts";
import { float, index, integer, item, PythonError, text } from "./python.ts";
import { renderSet } from "./synthesizer.ts";
import { out } from "./wire.ts";
import { encodeWav } from "./wav.ts";

export const EXTENSIONS = ["add_device", "export_audio"] as const;

export function extensionHandlers({ set, handlers }: HandlerContext): void {
  handlers.set("/live/patchbay/get/extensions", () => [...EXTENSIONS]);
  handlers.set("/live/patchbay/add_device", ([track, name]) => {
    const found = item(set.document.tracks, index(track));
    set.edit((document) => {
      const device = newDevice(document, text(name));
      if (device === undefined) throw new PythonError(`Browser: could not find '${text(name)}'`);
      found.devices.push(device);
    });
    return undefined;
  });
  // the scene's index, or -1 for what plays
  handlers.set("/live/patchbay/export_audio", ([path, scene, beats]) => {
    const slot = integer(scene);
    const audio = renderSet(set, { beats: float(beats), ...(slot < 0 ? {} : { slot }) });
    writeFileSync(text(path), encodeWav(audio));
    return [text(path), out.int(audio.left.length), out.int(audio.rate)];
  });
}
