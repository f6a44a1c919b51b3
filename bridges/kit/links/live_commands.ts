/**
 * Carries a value of a link into the application. It is no command of a caller: it leaves nothing in the ledger and in the
 * history, which a link at sixty values a second would drown, and the application may leave out the undo step.
 */
import {
  type AppManifest,
  type CommandDefinition,
  type JsonObject,
  type LinkTarget,
  newId,
  PatchbayError,
  withValueAt,
} from "@patchbay/contracts";
import { unfitForLinks } from "@patchbay/contracts/link-validation";
import { type Application, type Session, unlessAborted } from "../application.ts";
import { parseArguments } from "../command_arguments.ts";
import type { CommandQueue } from "../command_queue.ts";
import { DeadlineTimer } from "../deadline_timer.ts";
import type { Fence } from "../fence.ts";

export interface LiveCommandsOptions<S> {
  manifest: AppManifest;
  application: Application<S>;
  queue: CommandQueue;
  fence: Fence;
  /** The application may have changed. */
  onChanged(): void;
  /** After its deadline or its end, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs: number | undefined;
}

const STUCK_MS = 60_000;

export class LiveCommands<S = unknown> {
  readonly #options: LiveCommandsOptions<S>;

  constructor(options: LiveCommandsOptions<S>) {
    this.#options = options;
  }

  /**
   * Resolves once the application has done it.
   * @param signal takes it back while it waits
   * @throws {PatchbayError} what the application answers, `APP_NOT_CONNECTED`, `INVALID_ARGUMENTS`
   */
  async run(target: LinkTarget, value: unknown, signal: AbortSignal): Promise<void> {
    const { application, queue } = this.#options;
    const session = application.connected();
    const definition = this.#definition(target.command);
    const args = parseArguments(target.command, definition, argumentsWith(target, value));
    const controller = new AbortController();
    const lost = () => controller.abort(session.lost.reason);
    const stop = () => controller.abort(signal.reason);
    session.lost.addEventListener("abort", lost, { once: true });
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      const work = { command: target.command, args, definition, session };
      await queue.enqueue(() => this.#execute(work, controller), { live: true, signal: controller.signal });
    } finally {
      session.lost.removeEventListener("abort", lost);
      signal.removeEventListener("abort", stop);
    }
  }

  #definition(name: string): CommandDefinition {
    const { manifest } = this.#options;
    const definition = Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined;
    if (definition === undefined) throw PatchbayError.of("UNKNOWN_COMMAND", `${manifest.title} has no '${name}'`);
    const unfit = unfitForLinks(definition);
    if (unfit !== undefined) throw PatchbayError.of("INVALID_ARGUMENTS", `'${name}' ${unfit}`);
    return definition;
  }

  async #execute(
    { command, args, definition, session }: {
      command: string;
      args: JsonObject;
      definition: CommandDefinition;
      session: Session<S>;
    },
    controller: AbortController,
  ): Promise<void> {
    const { fence, application, onChanged, stuckMs = STUCK_MS } = this.#options;
    if (!fence.valid()) {
      throw PatchbayError.of("BRIDGE_FENCED", `Cannot run ${command}: the bridge's lease is not ours`);
    }
    const deadline = Date.now() + definition.timeoutMs;
    using timers = new DisposableStack();
    const tooLate = () =>
      PatchbayError.of("DEADLINE_EXCEEDED", `${command} takes longer than ${definition.timeoutMs} ms`);
    timers.use(new DeadlineTimer(deadline, () => controller.abort(tooLate())));
    controller.signal.addEventListener("abort", () => {
      if (timers.disposed) return;
      const stuck = PatchbayError.of("APP_UNRESPONSIVE", `${command} does not end, ${stuckMs} ms after it was told to`);
      timers.use(new DeadlineTimer(Date.now() + stuckMs, () => application.lose(session, stuck)));
    }, { once: true });
    try {
      const executed = session.adapter.execute({
        command,
        args,
        id: newId(),
        signal: controller.signal,
        progress: () => {},
        deadline,
        live: true,
      });
      await unlessAborted(executed, session.lost);
    } finally {
      onChanged();
    }
  }
}

/** @throws {PatchbayError} `INVALID_ARGUMENTS` where there is no place for the value */
function argumentsWith({ command, args, argument }: LinkTarget, value: unknown): JsonObject {
  try {
    return withValueAt(args, argument, value);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw PatchbayError.of("INVALID_ARGUMENTS", `Cannot run ${command}: ${argument}: ${cause.message}`, { cause });
  }
}
