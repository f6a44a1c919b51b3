/**
 * What this bridge's application does now, and what it has done of which the end is not stored yet, in a file: after a
 * crash the next process with this id says what became of it, and nobody waits for the command's deadline. Written before
 * the side effect; a process that is killed leaves it.
 */
import { Id } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
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

const Line = z.union([z.looseObject({ begun: Executing }), z.looseObject({ ended: Id })]);
type Line = z.infer<typeof Line>;

const encoder = new TextEncoder();
const log = logger("bridge");
/** A file that has become larger is written anew, with what is open, in bytes. */
const LIMIT_BYTES = 64 * 1024;

export class ExecutionJournal implements Disposable {
  readonly #path: string;
  /** Read when it is needed first: until this process has its lease, the one before it may be at work still. */
  #entries: { open: Map<Id, Executing>; leftBehind: readonly Executing[] } | undefined;
  #file: Deno.FsFile | undefined;
  #bytes = 0;
  #disposed = false;
  constructor(workDir: string) {
    this.#path = `${workDir}/executing.jsonl`;
  }

  /** What the processes before this one had begun, and had not stored the end of. It stays until it is ended. */
  get leftBehind(): readonly Executing[] {
    return this.#read().leftBehind;
  }

  get #open(): Map<Id, Executing> {
    return this.#read().open;
  }

  begin(executing: Executing): void {
    this.#open.set(executing.commandId, executing);
    this.#unlessRefused(() => this.#write({ begun: executing }));
  }

  /** The end of a command is stored; nothing happens where it was not begun. */
  end(commandId: Id): void {
    if (!this.#open.delete(commandId)) return;
    this.#unlessRefused(() => {
      if (this.#open.size > 0) return this.#write({ ended: commandId });
      this.#opened().truncateSync();
      this.#bytes = 0;
      if (this.#disposed) this.#close();
    });
  }

  /** A disk that is full stops no application: after a crash it is said later then what became of its command. */
  #unlessRefused(write: () => void): void {
    try {
      write();
    } catch (error) {
      log.error("{path} cannot be written: {error}", { path: this.#path, error });
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#close();
  }

  #write(line: Line): void {
    if (this.#bytes > LIMIT_BYTES) this.#compact();
    const bytes = encoder.encode(`${JSON.stringify(line)}\n`);
    const file = this.#opened();
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    this.#bytes += bytes.length;
    if (this.#disposed) this.#close();
  }

  /** Whoever is killed in between leaves the old file or the new one. */
  #compact(): void {
    this.#close();
    const text = [...this.#open.values()].map((begun) => `${JSON.stringify({ begun })}\n`).join("");
    Deno.writeTextFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    Deno.renameSync(`${this.#path}.new`, this.#path);
    this.#bytes = 0;
  }

  #opened(): Deno.FsFile {
    return this.#file ??= Deno.openSync(this.#path, { append: true, create: true, mode: 0o600 });
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #read() {
    return this.#entries ??= this.#leftThere();
  }

  #leftThere() {
    const open = new Map<Id, Executing>();
    for (const text of this.#lines()) {
      const line = parsed(text);
      if (line !== undefined && "begun" in line) open.set(line.begun.commandId, line.begun);
      else if (line !== undefined && "ended" in line) open.delete(line.ended);
    }
    return { open, leftBehind: [...open.values()] };
  }

  #lines(): string[] {
    try {
      return Deno.readTextFileSync(this.#path).split("\n");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }
}

/** Half a line is a command that had not begun: writing comes first. */
function parsed(text: string): { begun: Executing } | { ended: Id } | undefined {
  try {
    return Line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
