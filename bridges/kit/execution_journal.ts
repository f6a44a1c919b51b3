/**
 * What this bridge's application does now, in a file: after a crash the next process with this id says at once what is not
 * known, and nobody waits for the command's deadline. Written before the side effect; a process that is killed leaves it.
 */
import { Id } from "@patchbay/contracts";
import { z } from "zod";

const Executing = z.looseObject({
  /** The entry in the ledger. */
  key: z.string(),
  commandId: Id,
  command: z.string(),
  correlationId: Id,
  /** Who sent it. */
  source: z.string(),
  idempotent: z.boolean(),
});
export type Executing = z.infer<typeof Executing>;

const encoder = new TextEncoder();

export class ExecutionJournal implements Disposable {
  readonly #path: string;
  #file: Deno.FsFile | undefined;
  /** What the process before this one was doing when it ended. */
  readonly leftBehind: Executing | undefined;

  constructor(workDir: string) {
    this.#path = `${workDir}/executing.json`;
    this.leftBehind = this.#read();
  }

  begin(executing: Executing): void {
    const file = this.#file ??= Deno.openSync(this.#path, { write: true, create: true, truncate: true, mode: 0o600 });
    file.seekSync(0, Deno.SeekMode.Start);
    const line = encoder.encode(JSON.stringify(executing));
    for (let at = 0; at < line.length;) at += file.writeSync(line.subarray(at));
  }

  end(): void {
    this.#file?.truncateSync();
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #read(): Executing | undefined {
    try {
      // half a line is a command that had not begun: writing comes first
      return Executing.safeParse(JSON.parse(Deno.readTextFileSync(this.#path))).data;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}
