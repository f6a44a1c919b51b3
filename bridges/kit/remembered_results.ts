/**
 * What became of the last commands, by idempotency key: a command that comes again gets the same result and is not run
 * again, as long as this process lives.
 */
import { createHash } from "node:crypto";
import { ConflictError, type JsonObject, type Result } from "@patchbay/contracts";
import type { PackedMessage } from "@patchbay/bus";

/** What came of a command, and whether the application has seen it. */
export interface Outcome {
  result: Result;
  /** Whether the application began: if not, the command may be sent again with the same key. */
  started: boolean;
  /** The ledger's entry, completed with this result: to be stored. */
  completion?: PackedMessage | undefined;
  /** It was known already, and is in the history. */
  found?: { bridge: string | undefined };
  /** It does not say what becomes of the command: the same key may come again. */
  forget?: boolean;
  /** The command is begun no more: it has broken its bridge too often. */
  exhausted?: boolean;
}

export interface RememberedCommand {
  command: string;
  args: JsonObject;
  reads: boolean;
}

interface Remembered {
  fingerprint: string;
  outcome: Promise<Outcome>;
}

/** More than that, and the oldest is forgotten. */
const LIMIT = 1_000;

export class RememberedResults {
  readonly #byKey = new Map<string, Remembered>();

  /**
   * The outcome of the first command with this key; `run` is called for the first only. One that only `reads` is forgotten
   * once it is done: it may be done again, and would push out what may not.
   * @throws {ConflictError} where the key was used for another command or other arguments
   */
  once(key: string, { command, args, reads }: RememberedCommand, run: () => Promise<Outcome>): {
    outcome: Promise<Outcome>;
    repeated: boolean;
  } {
    const fingerprint = fingerprintOf(command, args);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      if (known.fingerprint === fingerprint) return { outcome: known.outcome, repeated: true };
      throw new ConflictError(
        "CONFLICT",
        `Cannot run ${command}: idempotency key '${key}' was used for something else`,
        {
          context: { idempotencyKey: key },
        },
      );
    }
    const outcome = run();
    const remembered = { fingerprint, outcome };
    this.#byKey.set(key, remembered);
    this.#forgetOldest();
    void outcome.then(({ started, forget = false }) => {
      if ((!started || reads || forget) && this.#byKey.get(key) === remembered) this.#byKey.delete(key);
    });
    return { outcome, repeated: false };
  }

  #forgetOldest(): void {
    if (this.#byKey.size <= LIMIT) return;
    const [oldest] = this.#byKey.keys();
    if (oldest !== undefined) this.#byKey.delete(oldest);
  }
}

/** Longer arguments are not kept, only their digest. */
const MAX_KEPT = 500;

function fingerprintOf(command: string, args: JsonObject): string {
  const text = `${command} ${JSON.stringify(args)}`;
  return text.length <= MAX_KEPT ? text : createHash("sha256").update(text).digest("base64");
}
