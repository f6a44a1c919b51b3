/** What one execution of a command works with: its arguments, with assets fetched, and a place for what the program writes. */
import { AssetRef, PatchbayError } from "@patchbay/contracts";
import type { AdapterHost } from "@patchbay/bridge-kit";
import { join } from "node:path";
import type { CommandFile } from "./manifest_file/commands.ts";
import type { Scope } from "./wire/message.ts";

/** More fits into no datagram. */
const MAX_BLOB_BYTES = 65_000;

export interface CommandScope extends Scope, AsyncDisposable {
  /** Where the program was told to write, once it was. */
  readonly outputPath: string | undefined;
}

export interface ScopeOptions {
  command: CommandFile;
  args: Readonly<Record<string, unknown>>;
  contents: Scope["contents"];
  unique: number;
  host: Pick<AdapterHost, "getAsset" | "workDir">;
}

/** @throws {PatchbayError} `NOT_FOUND` for an asset that nobody stored, `PAYLOAD_TOO_LARGE` */
export async function openScope({ command, args, contents, unique, host }: ScopeOptions): Promise<CommandScope> {
  const paths: string[] = [];
  const remove = () => Promise.all(paths.map(removeFile));
  let outputPath: string | undefined;
  const newPath = async (folder: string, ending: string) => {
    await Deno.mkdir(join(host.workDir, folder), { recursive: true, mode: 0o700 });
    const path = join(host.workDir, folder, crypto.randomUUID() + ending);
    paths.push(path);
    return path;
  };
  try {
    const given: Record<string, unknown> = {};
    for (const [name, declared] of Object.entries(command.args)) {
      const value = args[name] ?? (declared.fresh === undefined ? undefined : declared.fresh + unique % 1_000_000);
      if (value === undefined) continue;
      given[name] = declared.type !== "asset" ? value : await fetched(
        AssetRef.parse(value),
        declared.osc === "path" ? (ending) => newPath("incoming", ending) : undefined,
        host,
      );
    }
    // the folder must be there before a path into it is told
    await Deno.mkdir(join(host.workDir, "outgoing"), { recursive: true, mode: 0o700 });
    return {
      declared: command.args,
      args: given,
      unique,
      contents,
      output(ending) {
        if (outputPath === undefined) {
          paths.push(outputPath = join(host.workDir, "outgoing", `${crypto.randomUUID()}.${ending}`));
        }
        return outputPath;
      },
      get outputPath() {
        return outputPath;
      },
      async [Symbol.asyncDispose]() {
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fetched(
  { id, name }: AssetRef,
  newPath: ((ending: string) => Promise<string>) | undefined,
  host: ScopeOptions["host"],
): Promise<Uint8Array | string> {
  const found = await host.getAsset(id);
  if (found === undefined) {
    throw PatchbayError.of("NOT_FOUND", `There is no asset '${name}' (${id.slice(0, 12)}…)`, {
      context: { kind: "asset", id },
    });
  }
  if (newPath !== undefined) {
    // a path of our own making; only the ending, which programs go by, is taken from the name
    const path = await newPath(/\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? "");
    await Deno.writeFile(path, found.content, { mode: 0o600, createNew: true });
    return path;
  }
  if (found.ref.size > MAX_BLOB_BYTES) {
    await found.content.cancel();
    throw PatchbayError.of(
      "PAYLOAD_TOO_LARGE",
      `Cannot send '${name}': ${found.ref.size} bytes, more than ${MAX_BLOB_BYTES}`,
    );
  }
  return await new Response(found.content).bytes();
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
