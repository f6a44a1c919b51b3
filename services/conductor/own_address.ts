/** Whose message it is: the bus lets a bridge write under its own address only, and in a message anything may stand. */
import { parseSubject } from "@patchbay/contracts";

/** Whether a result or an event is under the address that it names. */
export function isUnderItsAddress(subject: string, { app, bridge }: { app: string; bridge: string }): boolean {
  const parsed = parseSubject(subject);
  return (parsed?.kind === "result" || parsed?.kind === "evt") && parsed.app === app && parsed.bridge === bridge;
}
