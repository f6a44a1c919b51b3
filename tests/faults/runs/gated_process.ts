/** A process behind a {@linkcode Gate}, for whoever strikes: started, held, killed, stopped, started again. */
import { TextLineStream } from "../../text_lines.ts";
import { type Hold, Said, Told } from "./gate.ts";
import type { z } from "zod";

export interface GatedProcessOptions {
  name: string;
  program: string;
  args: readonly string[];
  /** It stands at a place that it was to be held at. */
  onHeld(process: GatedProcess, id: string): void;
}

export class GatedProcess implements AsyncDisposable {
  readonly #options: GatedProcessOptions;
  #running:
    | { child: Deno.ChildProcess; reading: Promise<void>; input: WritableStreamDefaultWriter<Uint8Array> }
    | undefined;
  #expected = true;
  #armed: readonly Hold[] = [];
  #waiting: { said: "here" | "armed"; resolve(): void; reject(error: Error): void }[] = [];
  /** Why it ended, where nobody ended it. */
  fell: string | undefined;

  constructor(options: GatedProcessOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves once it is at work. @throws {Error} where it ends before */
  async start(): Promise<void> {
    if (this.#running !== undefined) throw new Error(`${this.name} runs already`);
    const here = this.#next("here");
    this.#expected = false;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "-A", this.#options.program, ...this.#options.args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#running = { child, reading: this.#read(child), input: child.stdin.getWriter() };
    await here;
    if (this.#armed.length > 0) await this.arm(this.#armed);
  }

  /** Holds it at these places, and at no others, from now on: also after it was started anew. */
  async arm(holds: readonly Hold[]): Promise<void> {
    this.#armed = holds;
    if (this.#running === undefined) return;
    const armed = this.#next("armed");
    await this.#tell({ arm: [...holds] });
    // one that is killed meanwhile is armed when it is started
    await armed.catch(() => {});
  }

  /** It was held there, and is not to be again. */
  forget(id: string): void {
    this.#armed = this.#armed.filter((hold) => hold.id !== id);
  }

  goOn(id: string): Promise<void> {
    return this.#tell({ goOn: id });
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    try {
      this.#running?.child.kill(signal);
    } catch (error) {
      // it has ended by itself
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Ends it at once; resolves when it has ended. */
  async kill(): Promise<void> {
    if (this.#running === undefined) return;
    const { child, reading, input } = this.#running;
    this.#running = undefined;
    this.#expected = true;
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await child.status;
    await reading;
    await input.close().catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  #next(said: "here" | "armed"): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ said, resolve, reject });
    return promise;
  }

  async #tell(told: z.infer<typeof Told>): Promise<void> {
    const line = new TextEncoder().encode(`${JSON.stringify(told)}\n`);
    await this.#running?.input.write(line).catch(() => {});
  }

  async #read(child: Deno.ChildProcess): Promise<void> {
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      if (!line.startsWith("{")) continue;
      const said = Said.parse(JSON.parse(line));
      if ("at" in said) this.#options.onHeld(this, said.at);
      else this.#settle(Object.keys(said)[0]!);
    }
    const { code, signal } = await child.status;
    if (!this.#expected) this.fell = `${this.name} ended by itself, with ${signal ?? code}`;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new Error(`${this.name} has ended, with ${signal ?? code}`));
    }
  }

  #settle(said: string): void {
    const i = this.#waiting.findIndex((one) => one.said === said);
    if (i >= 0) this.#waiting.splice(i, 1)[0]!.resolve();
  }
}
