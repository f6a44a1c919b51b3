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
  /** @default the one on the PATH */
  ffmpeg?: string;
}

/** What became of it: the film's path, or why there is none. */
export type Film = { path: string } | { missing: string };

export async function makeFilm({ folder, frames, fps, sound, ffmpeg = "ffmpeg" }: FilmOptions): Promise<Film> {
  const list = await Deno.makeTempFile({ suffix: ".txt" });
  const path = join(folder, "film.mp4");
  try {
    await Deno.writeTextFile(list, listOf(folder, frames, fps));
    const inputs = ["-f", "concat", "-safe", "0", "-i", list, ...sound === undefined ? [] : ["-i", sound]];
    const seconds = String(frames.length * secondsEach(frames, fps));
    const made = ["-r", String(fps), "-pix_fmt", "yuv420p", "-t", seconds, path];
    const { success, stderr } = await new Deno.Command(ffmpeg, {
      args: ["-y", "-loglevel", "error", ...inputs, ...made],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return { path };
    return { missing: `ffmpeg failed: ${new TextDecoder().decode(stderr).trim().slice(0, 300)}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { missing: "there is no ffmpeg on the PATH" };
    throw error;
  } finally {
    await Deno.remove(list);
  }
}

/** How long one frame is seen. */
function secondsEach([first = 1, second = first + 1]: readonly number[], fps: number): number {
  return (second - first) / fps;
}

/** As ffmpeg's concat demuxer reads it: the last frame stands twice, or it would not last. */
function listOf(folder: string, frames: readonly number[], fps: number): string {
  const seconds = secondsEach(frames, fps);
  const file = (frame: number) => {
    const path = resolve(folder, "frames", `${String(frame).padStart(4, "0")}.png`);
    return `file '${path.replaceAll("'", "'\\''")}'`;
  };
  const shown = frames.map((frame) => `${file(frame)}\nduration ${seconds}`);
  return [...shown, ...frames.slice(-1).map(file)].join("\n");
}
