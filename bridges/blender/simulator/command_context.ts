/** What a simulated command gets, and what it may answer. */
import type { AssetRef, ResultOf } from "@patchbay/contracts";
import type { z } from "zod";
import type { BlenderCommands } from "../manifest.ts";
import type { Document } from "./document.ts";

export interface CommandContext {
  /** A copy: it becomes the document when the command succeeds. */
  document: Document;
  /** The bridge's folder. */
  workDir: string;
  /** Whether it is a rehearsal. */
  staged: boolean;
  signal: AbortSignal;
  progress(progress: { fraction: number; message: string }): void;
  event(name: string, data: unknown): void;
}

/** A file on this machine, in the place where callers see an asset. */
export interface LocalFile {
  $file: { path: string; name: string; mediaType: string };
}

/** A result as it crosses the App link: with files in the place of assets. */
type WithFiles<T> = T extends AssetRef ? LocalFile : T extends object ? { [K in keyof T]: WithFiles<T[K]> } : T;

type Handler<D extends { args: z.ZodObject }> = (
  context: CommandContext,
  args: z.output<D["args"]>,
) => WithFiles<ResultOf<D>> | Promise<WithFiles<ResultOf<D>>>;

/** The commands `N` of the manifest, simulated. */
export type Handlers<N extends keyof BlenderCommands> = { [K in N]: Handler<BlenderCommands[K]> };
