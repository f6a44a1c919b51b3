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

export class ExecutionJournal {
  readonly #path: string;
  /** What the process before this one was doing when it ended. */
  readonly leftBehind: Executing | undefined;

  constructor(workDir: string) {
    this.#path = `${workDir}/executing.json`;
    this.leftBehind = this.#read();
  }

  begin(executing: Executing): void {
    Deno.writeTextFileSync(this.#path, JSON.stringify(executing), { mode: 0o600 });
  }

  end(): void {
    Deno.truncateSync(this.#path);
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
