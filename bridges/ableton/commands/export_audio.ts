/**
 * Audio out of Live. The simulator renders it; the published AbletonOSC has no way to, so that a person is asked: the
 * message in Live names a folder, and the file that appears there is the export.
 */
import type { z } from "zod";
import { pause } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { extname, join } from "node:path";
import { float, int } from "../live/properties.ts";
import type { AbletonCommands } from "../manifest.ts";
import type { CommandContext } from "./context.ts";
import { findScene } from "./lookup.ts";

type Wanted = z.output<AbletonCommands["export_audio"]["args"]>;

const MEDIA_TYPES = new Map([
  [".wav", "audio/wav"],
  [".aif", "audio/aiff"],
  [".aiff", "audio/aiff"],
  [".flac", "audio/flac"],
  [".mp3", "audio/mpeg"],
]);
const LOOK_MS = 1_000;

export async function exportAudio(context: CommandContext, wanted: Wanted) {
  if (context.peer.extensions.includes("export_audio")) return await rendered(context, wanted);
  if (wanted.ask_person) return await exportedByPerson(context, wanted);
  throw PatchbayError.of("COMMAND_FAILED", "Cannot export audio: the published AbletonOSC has no way to tell Live to", {
    context: { missing: "export_audio" },
    remedy:
      "Ask again with `ask_person`: Live then shows where somebody shall export to, and the bridge takes the file from there. Or export by hand and upload it as an asset.",
  });
}

async function rendered(context: CommandContext, { name, scene, beats }: Wanted) {
  const { live, signal, host } = context;
  const slot = scene === undefined ? -1 : await findScene(context, scene);
  const path = await Deno.makeTempFile({ dir: host.workDir, suffix: ".wav" });
  try {
    const args = [path, int(slot), float(beats)];
    const [, frames, rate] = await live.values("/live/patchbay/export_audio", args, signal, { ids: 0 });
    const file = await Deno.open(path);
    const audio = await host.putAsset({ name, mediaType: "audio/wav" }, file.readable);
    return { audio, seconds: Number(frames) / Number(rate), by: "simulator" as const };
  } finally {
    await Deno.remove(path);
  }
}

async function exportedByPerson({ live, signal, host, progress }: CommandContext, { name }: Wanted) {
  const folder = join(host.workDir, "exports");
  await Deno.mkdir(folder, { recursive: true });
  const known = new Set((await filesIn(folder)).map(({ path }) => path));
  const asking = `Patchbay asks you to export audio into ${folder}`;
  await live.call("/live/api/show_message", [asking], signal);
  progress({ message: `In Live: File > Export Audio/Video, and save into ${folder}` });
  for (let before: string | undefined; !signal.aborted;) {
    await pause(LOOK_MS, signal);
    const found = (await filesIn(folder)).find(({ path, size }) => !known.has(path) && size > 0);
    if (found === undefined) continue;
    // it is whole once it does not grow any more
    const now = `${found.path} ${found.size}`;
    if (now !== before) {
      before = now;
      continue;
    }
    const extension = extname(found.path).toLowerCase();
    const file = await Deno.open(found.path);
    const called = name.toLowerCase().endsWith(extension) ? name : `${name.replace(/\.\w+$/, "")}${extension}`;
    const mediaType = MEDIA_TYPES.get(extension) ?? "audio/wav";
    return {
      audio: await host.putAsset({ name: called, mediaType }, file.readable),
      seconds: null,
      by: "person" as const,
    };
  }
  throw signal.reason;
}

async function filesIn(folder: string): Promise<{ path: string; size: number }[]> {
  const files = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile || !MEDIA_TYPES.has(extname(name).toLowerCase())) continue;
    const path = join(folder, name);
    files.push({ path, size: (await Deno.stat(path)).size });
  }
  return files;
}
