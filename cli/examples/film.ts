/** A film of the frames with the sound, by the user's own ffmpeg. */
import { join, resolve } from "node:path";

export interface FilmOptions {
  /** Has the frames in `frames/`, and gets the film. */
  folder: string;
  /** Their numbers, as the files are called. */
  frames: readonly number[];
  /** Of the animation: with a step between frames the film has fewer a second. */
  fps: number;
  sound?: string | undefined;
}

/** @returns the film's path; `undefined` where there is no ffmpeg, or it fails */
export async function makeFilm({ folder, frames, fps, sound }: FilmOptions): Promise<string | undefined> {
  const step = frames.length < 2 ? 1 : (frames[1] ?? 1) - (frames[0] ?? 0);
  const list = await Deno.makeTempFile({ suffix: ".txt" });
  const film = join(folder, "film.mp4");
  try {
    const lines = frames.map((frame) => {
      const path = resolve(folder, "frames", `${String(frame).padStart(4, "0")}.png`);
      return `file '${path.replaceAll("'", "'\\''")}'\nduration ${step / fps}`;
    });
    await Deno.writeTextFile(list, lines.join("\n"));
    const inputs = ["-f", "concat", "-safe", "0", "-i", list, ...sound === undefined ? [] : ["-i", sound]];
    const made = ["-r", String(fps), "-pix_fmt", "yuv420p", ...sound === undefined ? [] : ["-shortest"], film];
    const { success } = await new Deno.Command("ffmpeg", {
      args: ["-y", "-loglevel", "error", ...inputs, ...made],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? film : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    await Deno.remove(list);
  }
}
