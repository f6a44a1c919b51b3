/** What the end of a command says: for commands alone, and for those of a batch. */
import { type CommandDefinition, PatchbayError } from "@patchbay/contracts";

/** Whether it may be done twice without harm. */
export const mayBeDoneTwice = ({ effect, idempotent }: CommandDefinition): boolean => effect === "read" || idempotent;

/** The application was lost under a command that is worth another try. */
export const isLost = (error: unknown): boolean => error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED";
export const isUnknown = (error: unknown): boolean =>
  error instanceof PatchbayError && error.code === "OUTCOME_UNKNOWN";
export const isCancellation = ({ reason }: AbortSignal): boolean =>
  reason instanceof PatchbayError && reason.code === "CANCELLED";

/** Whether the same command, under its key, may be sent once more: it had no effect, or may have it twice. */
export const mayComeAgain = (error: unknown, { idempotent }: CommandDefinition): boolean =>
  error instanceof PatchbayError && error.retryable && (idempotent || error.code === "APP_BUSY");

/** The application was lost, and the command may be sent again once it is back. @param reason why it was lost */
export function worthAnotherTry(name: string, reason: unknown, started: boolean): PatchbayError {
  const why = reason instanceof PatchbayError ? reason.message : "it broke";
  return PatchbayError.of("APP_NOT_CONNECTED", `Cannot finish ${name}: ${why}`, {
    cause: reason,
    context: { started },
  });
}

export const stuckIn = (name: string, stuckMs: number): PatchbayError =>
  new PatchbayError("APP_UNRESPONSIVE", `${name} does not end, ${stuckMs} ms after it was told to`);

/**
 * The error of a command that was begun, and must not be done twice: what is worth another try elsewhere, since the
 * application or the bus went away, may have happened here.
 */
export function afterItBegan(error: unknown): unknown {
  if (!(error instanceof PatchbayError) || !error.retryable || error.code === "APP_BUSY") return error;
  const { code, message, severity, remedy, issues, context, cause } = error;
  if (context["started"] === false) return error;
  const facts = { severity, remedy, issues, context: { ...context, started: true }, cause };
  return PatchbayError.of(code, message, { ...facts, retryable: false });
}
