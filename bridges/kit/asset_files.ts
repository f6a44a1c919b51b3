/** Assets become files where the application can read them, and files that it made become assets. */
import { AssetRef, PatchbayError } from "@patchbay/contracts";
import type { AdapterHost } from "./adapter.ts";
import { isAbsolute, join, relative } from "node:path";
import { z } from "zod";

/** A file that the application names: it lies in the bridge's folder. */
const MadeFile = z.strictObject({
  $file: z.looseObject({ path: z.string().min(1), name: AssetRef.shape.name, mediaType: AssetRef.shape.mediaType }),
});

/** A larger file is sent as it is read. */
const WHOLE_BYTES = 16 * 1024 * 1024;

type Assets = Pick<AdapterHost, "getAsset" | "putAsset" | "workDir">;

/** What `withFiles` fetched; disposing deletes it. */
export interface FetchedFiles extends AsyncDisposable {
  args: unknown;
}

/**
 * Puts `{ "$file": { path, name, mediaType } }` in the place of each asset reference.
 * @throws {PatchbayError} `NOT_FOUND` for an asset that nobody stored
 */
export async function withFiles(args: unknown, assets: Assets): Promise<FetchedFiles> {
  const paths: string[] = [];
  const fetch = async (ref: AssetRef) => {
    const found = await assets.getAsset(ref.id);
    if (found === undefined) {
      throw new PatchbayError("NOT_FOUND", `There is no asset '${ref.name}' (${ref.id.slice(0, 12)}…)`, {
        context: { kind: "asset", id: ref.id },
      });
    }
    const folder = join(assets.workDir, "incoming");
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    // a path of our own making; only the ending, which importers go by, is taken from the name
    const path = join(folder, crypto.randomUUID() + (/\.[A-Za-z0-9]{1,10}$/.exec(ref.name)?.[0] ?? ""));
    paths.push(path);
    await Deno.writeFile(path, found.content, { mode: 0o600, createNew: true });
    return { $file: { path, name: ref.name, mediaType: ref.mediaType } };
  };
  const remove = () => Promise.all(paths.map(removeFile));
  try {
    const changed = await mapValues(args, (value) => {
      const ref = AssetRef.safeParse(value);
      return ref.success ? fetch(ref.data) : undefined;
    });
    return {
      args: changed,
      async [Symbol.asyncDispose]() {
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Stores each file of a result, and puts its reference in its place. The file is deleted.
 * @throws {PatchbayError} `INVALID_RESULT` for a file outside the bridge's folder, or one that is not there
 */
export function withAssets(result: unknown, assets: Assets): Promise<unknown> {
  return mapValues(result, (value) => {
    const made = MadeFile.safeParse(value);
    return made.success ? store(made.data.$file, assets) : undefined;
  });
}

async function store(file: z.infer<typeof MadeFile>["$file"], assets: Assets): Promise<AssetRef> {
  const { name, mediaType } = file;
  const path = await insideOf(assets.workDir, file.path);
  try {
    // of what is known whole, the bus sees before it is sent whether it is there already
    if ((await Deno.stat(path)).size <= WHOLE_BYTES) {
      return await assets.putAsset({ name, mediaType }, await Deno.readFile(path));
    }
    using opened = await Deno.open(path);
    return await assets.putAsset({ name, mediaType }, opened.readable);
  } finally {
    await removeFile(path);
  }
}

/** The real path, links followed, so that none leads out of the folder. */
async function insideOf(folder: string, path: string): Promise<string> {
  const real = await Deno.realPath(path).catch((cause) => {
    throw PatchbayError.of("INVALID_RESULT", "The application named a file that is not there", { cause });
  });
  const way = relative(await Deno.realPath(folder), real);
  if (way.startsWith("..") || isAbsolute(way)) {
    throw PatchbayError.of("INVALID_RESULT", "The application named a file outside the bridge's folder");
  }
  return real;
}

/** The same value, with what `change` answers in the place of what it was asked about; in order, one at a time. */
async function mapValues(value: unknown, change: (value: unknown) => Promise<unknown> | undefined): Promise<unknown> {
  if (typeof value !== "object" || value === null) return value;
  const changed = change(value);
  if (changed !== undefined) return await changed;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await mapValues(item, change));
    return items;
  }
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) entries.push([key, await mapValues(inner, change)]);
  return Object.fromEntries(entries);
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
