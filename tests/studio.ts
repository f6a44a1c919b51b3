/** A whole studio in this process, on a folder of its own. */
import { join } from "node:path";
import { bridge as blender } from "@patchbay/bridge-blender";
import { type Client, createClient } from "@patchbay/client";
import { startStudio, type Studio, type StudioOptions } from "@patchbay/cli";

export interface TestStudio extends Studio {
  readonly client: Client;
  readonly home: string;
  /** What it told the person who started it. */
  readonly said: readonly string[];
}

/** @example `await using studio = await startTestStudio({ signal: AbortSignal.timeout(60_000) });` */
export async function startTestStudio(
  { more = [], ...options }: Pick<StudioOptions, "signal"> & Partial<StudioOptions> & {
    /** Bridges besides Blender's. */
    more?: StudioOptions["bridges"];
  },
): Promise<TestStudio> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-studio-" });
  const said: string[] = [];
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const studio = await startStudio({
      home: join(folder, "home"),
      port: 0,
      portFallback: true,
      mode: "simulator",
      bridges: [{ definition: blender }, ...more],
      allowCode: false,
      say: (line) => said.push(line),
      ...options,
    });
    return {
      ...studio,
      client: createClient(studio),
      home: join(folder, "home"),
      said,
      async [Symbol.asyncDispose]() {
        await studio[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
