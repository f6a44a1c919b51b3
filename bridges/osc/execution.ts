/** Runs one command: what it sends, how that is confirmed, and what its result is. */
import {
  type AdapterCall,
  type AdapterHost,
  type OscAnswer,
  type OscArgument,
  type OscMessage,
  pause,
  sameOscValue,
} from "@patchbay/bridge-kit";
import { type AssetRef, PatchbayError } from "@patchbay/contracts";
import { type CommandFile, messagesOf, type Verify } from "./manifest_file/commands.ts";
import type { ResultField } from "./manifest_file/fields.ts";
import type { ManifestFile } from "./manifest_file/manifest_file.ts";
import type { Question } from "./manifest_file/values.ts";
import { type Questions, Refusal } from "./questions.ts";
import { type CommandScope, openScope } from "./scope.ts";
import { readField } from "./wire/fields.ts";
import { messageOf, type Scope, valuesOf } from "./wire/message.ts";

export interface ExecutionOptions {
  file: ManifestFile;
  contents: Scope["contents"];
  questions: Questions;
  host: AdapterHost;
  /** Whether a simulator stands in for the program. */
  simulated: boolean;
  /** A number of this execution alone. */
  unique: number;
  /** Hears of every message that was sent. */
  onSent(message: OscMessage): void;
}

type Answers = Partial<Record<"before" | "reply" | "verify", OscAnswer>>;

/** @throws {PatchbayError} `COMMAND_FAILED`, `APP_UNRESPONSIVE`, `OUTCOME_UNKNOWN`, `INVALID_ARGUMENTS`, … */
export async function execute(name: string, call: AdapterCall, options: ExecutionOptions): Promise<unknown> {
  const command = options.file.commands[name];
  if (command === undefined) {
    throw PatchbayError.of("UNKNOWN_COMMAND", `${options.file.title} has no command '${name}'`);
  }
  await using scope = await openScope({ ...options, command, args: call.args });
  return await new Execution(command, scope, call, options).run();
}

class Execution {
  readonly #answers: Answers = {};
  #confirmed = false;
  /** What the program said about what this command has sent. */
  #complaint: string | undefined;

  constructor(
    private readonly command: CommandFile,
    private readonly scope: CommandScope,
    private readonly call: AdapterCall,
    private readonly options: ExecutionOptions,
  ) {}

  async run(): Promise<unknown> {
    const { before, verify, reply, kind } = this.command;
    const { questions } = this.options;
    if (kind === "init") return this.#isRunning();
    const messages = messagesOf(this.command).map((message) => messageOf(message, this.scope));
    if (before?.refused === true) await this.#isAbsent(before);
    else if (before !== undefined && (before.equals !== undefined || this.call.live !== true)) {
      // what was there before each value of a link is nobody's to take back
      const answer = this.#answers.before = await questions.ask(before, this.scope, this.call);
      if (!this.#isRead(before, answer)) {
        throw this.#conflict(`${before.address} reads ${answer.values.map(String).join(" ").slice(0, 200)}`);
      }
    }
    if (reply === undefined) {
      using _listening = questions.complaints.listen(
        messages.map(({ address }) => address),
        (text) => this.#complaint = text,
      );
      this.#send(messages);
      if (verify !== undefined && !this.#isLater) await this.#verified(verify, messages);
      else if (this.#complaint !== undefined) throw this.#refusal(messages);
    } else if (messages[0] !== undefined) {
      this.#answers.reply = await this.#asked(messages[0]);
      this.#confirmed = true;
      if (verify !== undefined) await this.#verified(verify, messages);
    }
    return await this.#result();
  }

  /** Only a program of the bridge's own is started; a simulator runs as long as its bridge does. */
  #isRunning(): unknown {
    if (this.options.simulated) return { running: true, changed: false };
    throw PatchbayError.of(
      "APP_NOT_CONNECTED",
      `Cannot start ${this.options.file.title}: the bridge did not start it itself`,
      {
        remedy: "Start it by hand, or start the bridge with --background: then it is the bridge's to start and end.",
      },
    );
  }

  /** A program that gets a message twice complains of the second one: so what is there already is noticed before. */
  async #isAbsent(before: Question): Promise<void> {
    try {
      await this.options.questions.ask(before, this.scope, this.call);
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    throw this.#conflict(`${before.address} is answered`);
  }

  #conflict(found: string): PatchbayError {
    return PatchbayError.of("CONFLICT", `${this.options.file.title} has what this would make already: ${found}`);
  }

  /** Nothing can be read back of what shall happen later. */
  get #isLater(): boolean {
    return this.#at !== undefined && this.#at > Date.now();
  }

  get #at(): number | undefined {
    const { at } = this.command;
    const value = at === undefined ? undefined : this.scope.args[at.arg];
    return typeof value === "number" ? value : undefined;
  }

  get #repeatable(): boolean {
    const { kind, effect, idempotent } = this.command;
    return kind === "query" || effect === "read" || idempotent === true;
  }

  #send(messages: readonly OscMessage[]): void {
    const { transport } = this.options.questions;
    const at = this.#at;
    if (this.command.bundle || at !== undefined) transport.bundle(messages, at === undefined ? {} : { at });
    else for (const { address, args } of messages) transport.send(address, args);
    for (const message of messages) this.options.onSent(message);
  }

  async #asked(message: OscMessage): Promise<OscAnswer> {
    const { reply = { begins: [] } } = this.command;
    const attempts = this.#repeatable ? {} : { attempts: 1 };
    try {
      const answer = await this.options.questions.send(message, reply, this.scope, { ...this.call, ...attempts });
      this.options.onSent(message);
      return answer;
    } catch (cause) {
      const isSilent = cause instanceof PatchbayError && cause.code === "APP_UNRESPONSIVE";
      if (!isSilent || this.#repeatable || this.call.signal.aborted) throw cause;
      throw PatchbayError.of("OUTCOME_UNKNOWN", `${message.address} was sent, and is not answered`, { cause });
    }
  }

  async #verified(verify: Verify, messages: readonly OscMessage[]): Promise<void> {
    const { file, questions } = this.options;
    const resend = (verify.resend ?? this.#repeatable) && this.command.reply === undefined;
    let found: OscAnswer | undefined;
    for (let attempt = 0; attempt < file.attempts; attempt++) {
      if (attempt > 0) {
        await pause(file.settleMs, this.call.signal);
        this.call.signal.throwIfAborted();
        if (resend) this.#send(messages);
      }
      let refused = false;
      found = await questions.ask(verify, this.scope, this.call).catch((cause) => {
        refused = cause instanceof Refusal;
        if (refused) return undefined;
        throw unreadable(cause, messages, verify);
      });
      if (verify.refused === true ? refused : found !== undefined && this.#isRead(verify, found)) {
        if (found !== undefined) this.#answers.verify = found;
        this.#confirmed = true;
        return;
      }
      if (this.#complaint !== undefined) throw this.#refusal(messages);
    }
    throw PatchbayError.of(
      "COMMAND_FAILED",
      `${addressesOf(messages)} was sent, and ${verify.address} reads something else`,
      {
        context: { found: (found?.values ?? []).map(String) },
      },
    );
  }

  #isRead({ equals = [] }: Pick<Verify, "equals">, { values }: OscAnswer): boolean {
    const wanted = valuesOf(equals, this.scope);
    return wanted.length <= values.length &&
      wanted.every((value, i) => sameOscValue(plainValue(value), values[i] ?? null));
  }

  #refusal(messages: readonly OscMessage[]): PatchbayError {
    return new Refusal(addressesOf(messages), this.#complaint ?? "");
  }

  async #result(): Promise<unknown> {
    const { result } = this.command;
    if (this.command.kind === "terminate") return { running: false, changed: true };
    if (result === undefined) return { confirmed: this.#confirmed };
    const values: [string, unknown][] = [];
    for (const [name, field] of Object.entries(result)) values.push([name, await this.#value(name, field)]);
    return Object.fromEntries(values);
  }

  async #value(name: string, field: ResultField): Promise<unknown> {
    if (field.output) return await this.#written(name, field);
    if (field.arg !== undefined) {
      return this.command.args[field.arg]?.type === "asset"
        ? this.call.args[field.arg]
        : this.scope.args[field.arg] ?? null;
    }
    const answer = this.#answers[field.of];
    // of what takes effect later nothing was read
    if (answer === undefined) return null;
    const value = readField(field, answer);
    return value instanceof Uint8Array ? await this.options.host.putAsset(metaOf(name, field), value) : value;
  }

  async #written(name: string, field: ResultField): Promise<AssetRef> {
    const path = this.scope.outputPath;
    const file = path === undefined ? undefined : await Deno.open(path).catch(() => undefined);
    if (file === undefined) {
      throw PatchbayError.of("INVALID_RESULT", "The program did not write the file that it was told to", {
        remedy: "The program has to run on the bridge's machine, and may have to be allowed to write there.",
      });
    }
    using _file = file;
    return await this.options.host.putAsset(metaOf(name, field), file.readable);
  }
}

const metaOf = (field: string, { name = field, mediaType = "application/octet-stream" }: ResultField) => ({
  name,
  mediaType,
});

const addressesOf = (messages: readonly OscMessage[]) => messages.map(({ address }) => address).join(", ");

function plainValue(argument: OscArgument) {
  if (typeof argument !== "object" || argument === null || argument instanceof Uint8Array) return argument;
  if ("value" in argument) return argument.value;
  return argument.type === "N" ? null : argument.type === "T";
}

function unreadable(cause: unknown, messages: readonly OscMessage[], verify: Verify): unknown {
  if (!(cause instanceof PatchbayError) || cause.code !== "APP_UNRESPONSIVE") return cause;
  return PatchbayError.of(
    "OUTCOME_UNKNOWN",
    `${addressesOf(messages)} was sent, and ${verify.address} cannot be read back`,
    { cause },
  );
}
