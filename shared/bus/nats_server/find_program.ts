/** Finds programs as a shell does. */

const WINDOWS = Deno.build.os === "windows";

/** Every program of this name on the PATH, then in `more`, in order, each folder once. */
export async function findProgram(
  name: string,
  env: Record<string, string>,
  more: readonly string[] = [],
): Promise<string[]> {
  const path = env["PATH"] ?? env["Path"] ?? "";
  const folders = new Set([...path.split(WINDOWS ? ";" : ":"), ...more].filter((folder) => folder !== ""));
  const found: string[] = [];
  for (const folder of folders) {
    const candidate = `${folder}/${name}${WINDOWS ? ".exe" : ""}`;
    if (await isProgram(candidate)) found.push(candidate);
  }
  return found;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    const info = await Deno.stat(path);
    return info.isFile && (WINDOWS || ((info.mode ?? 0) & 0o111) !== 0);
  } catch {
    return false; // missing, or not for us to see
  }
}
