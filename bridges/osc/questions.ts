/** Asks over OSC, and knows a refusal from a silence. */
import type { OscAnswer, OscMessage, OscTransport } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { Complaints } from "./complaints.ts";
import type { Question, Reply } from "./manifest_file/values.ts";
import { addressOf, messageOf, type Scope, valuesOf } from "./wire/message.ts";

export interface AskOptions {
  signal: AbortSignal;
  /** Milliseconds since 1970. */
  deadline?: number;
  /** How often it is asked. @default the transport's */
  attempts?: number;
}

/** The program answered that it does not, or cannot. */
export class Refusal extends PatchbayError {
  constructor(address: string, text: string) {
    super("COMMAND_FAILED", `The program refuses ${address}: ${text}`, { context: { address } });
  }
}

export class Questions {
  constructor(readonly transport: OscTransport, readonly complaints: Complaints) {}

  ask(question: Question, scope: Scope, options: AskOptions): Promise<OscAnswer> {
    return this.send(messageOf(question, scope), question.reply, scope, options);
  }

  /** @throws {Refusal} where the program complains about it; {PatchbayError} `APP_UNRESPONSIVE` without an answer */
  async send(message: OscMessage, reply: Reply, scope: Scope, options: AskOptions): Promise<OscAnswer> {
    const refused = new AbortController();
    using _listening = this.complaints.listen(
      [message.address],
      (text) => refused.abort(new Refusal(message.address, text)),
    );
    return await this.transport.request(message.address, {
      args: [...message.args],
      reply: addressOf(reply.address ?? message.address, scope),
      ids: valuesOf(reply.begins, scope),
      ...(reply.timeoutMs === undefined ? {} : { timeoutMs: reply.timeoutMs }),
      ...(options.attempts === undefined ? {} : { attempts: options.attempts }),
    }, {
      signal: AbortSignal.any([options.signal, refused.signal]),
      ...(options.deadline === undefined ? {} : { deadline: options.deadline }),
    });
  }
}
