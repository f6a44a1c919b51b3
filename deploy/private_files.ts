/** Files that hold secrets: for their owner only, and never half written. */

/** Writes a file of mode 0600 in a folder of mode 0700; a reader sees the old content or the new. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const fresh = await Deno.makeTempFile({ dir: folder, prefix: ".new-" }); // made with mode 0600
  try {
    await Deno.writeTextFile(fresh, text);
    await Deno.rename(fresh, path);
  } catch (error) {
    await Deno.remove(fresh).catch(() => {});
    throw error;
  }
}

/** The content, or `undefined` where there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
