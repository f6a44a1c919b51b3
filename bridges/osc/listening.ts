/** Keeps the program sending what it only sends to those who asked for it. */
import { matchesOscPattern, type OscTransport } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { ManifestFile } from "./manifest_file/manifest_file.ts";
import type { Questions } from "./questions.ts";
import { messageOf, plainScope, type Scope } from "./wire/message.ts";

export interface ListeningOptions {
  listen: ManifestFile["listen"];
  contents: Scope["contents"];
  questions: Questions;
  unique: () => number;
  signal: AbortSignal;
  /** The program has started anew: what was known of it is no more. */
  onRestarted(): void;
}

export class Listening implements AsyncDisposable {
  readonly #options: ListeningOptions;
  readonly #transport: OscTransport;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #starting: Promise<void> | undefined;
  #checking: Promise<boolean> | undefined;
  #silent = false;

  constructor(options: ListeningOptions) {
    this.#options = options;
    this.#transport = options.questions.transport;
  }

  async begin(): Promise<void> {
    const { everyMs, check } = this.#options.listen;
    await this.#start();
    if (everyMs !== undefined) this.#timers.push(setInterval(() => this.#startAgain(), everyMs));
    if (check !== undefined) this.#timers.push(setInterval(() => void this.forgotten(), check.everyMs));
  }

  /** Resolves once the program has been told everything that it is told at its start. */
  async settled(): Promise<void> {
    await this.#starting;
  }

  /** Whether a sign of life was answered: after a silence the program may be another one, which knows nobody. */
  answered(isAlive: boolean): void {
    if (isAlive && this.#silent) {
      if (this.#options.listen.check === undefined) this.#again();
      else void this.forgotten();
    }
    this.#silent = !isAlive;
  }

  heard(address: string): void {
    const { restarted } = this.#options.listen;
    if (restarted !== undefined && matchesOscPattern(restarted, address)) this.#again();
  }

  /** Whether the program has forgotten this bridge; then it is told everything again. */
  forgotten(): Promise<boolean> {
    const { listen: { check }, questions, contents, unique, signal } = this.#options;
    if (check === undefined) return Promise.resolve(false);
    return this.#checking ??= questions.ask(check, plainScope(contents, unique()), { signal }).then(
      () => {
        this.#again();
        return true;
      },
      // refused: it knows this bridge; not answered: there is nobody to register with
      () => false,
    ).finally(() => this.#checking = undefined);
  }

  #again(): void {
    this.#options.onRestarted();
    this.#startAgain();
  }

  #startAgain(): void {
    this.#start().catch((cause) =>
      this.#transport.fail?.(PatchbayError.of("APP_NOT_CONNECTED", "Cannot ask the program to be heard", { cause }))
    );
  }

  #start(): Promise<void> {
    return this.#starting ??= this.#started().finally(() => this.#starting = undefined);
  }

  async #started(): Promise<void> {
    const { listen, questions, contents, unique, signal } = this.#options;
    // what is there already is refused, and that is no news to anybody
    using _listening = questions.complaints.listen(listen.start.map(({ address }) => address), () => {});
    for (const { reply, ...message } of listen.start) {
      if (signal.aborted) return;
      const scope = plainScope(contents, unique());
      if (reply === undefined) {
        const { address, args } = messageOf(message, scope);
        this.#transport.send(address, args);
        continue;
      }
      await questions.ask({ ...message, reply }, scope, { signal }).catch((error) => {
        // who is registered already is refused, and who cannot be reached is asked again after the silence
        if (!signal.aborted && !(error instanceof PatchbayError)) throw error;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#starting;
    const scope = plainScope(this.#options.contents, this.#options.unique());
    for (const message of this.#options.listen.stop) {
      const { address, args } = messageOf(message, scope);
      this.#transport.send(address, args);
    }
  }
}
