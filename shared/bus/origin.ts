/**
 * Whose a message is. The server lets each bridge write under its own address only, so the address can be trusted; what the
 * message says of itself cannot: a bridge whose credentials were stolen would speak for all others.
 */
import { type ParsedSubject, parseSubject, ValidationError } from "@patchbay/contracts";

/** Refuses a message that names another application or bridge than its subject does. @throws {ValidationError} `INVALID_MESSAGE` */
export function checkOrigin(subject: string, payload: unknown): void {
  const parsed = parseSubject(subject);
  if (parsed !== undefined && isFromBridge(parsed)) checkAddress(subject, parsed, payload);
}

type FromBridge = Extract<ParsedSubject, { kind: "result" | "state" | "evt" | "tel" }>;

function isFromBridge(subject: ParsedSubject): subject is FromBridge {
  return ["result", "state", "evt", "tel"].includes(subject.kind);
}

/** The same for a value whose key is `<app>.<bridge>`. @throws {ValidationError} `INVALID_MESSAGE` */
export function checkKeyOrigin(key: string, value: unknown): void {
  const [app = "", bridge = ""] = key.split(".");
  checkAddress(key, { app, bridge }, value);
}

function checkAddress(where: string, address: { app: string; bridge: string }, said: unknown): void {
  for (const name of ["app", "bridge"] as const) {
    const claimed = typeof said === "object" && said !== null ? Reflect.get(said, name) : undefined;
    if (claimed === undefined || claimed === address[name]) continue;
    throw new ValidationError("INVALID_MESSAGE", `Cannot believe ${where}: it says that its ${name} is another`, {
      issues: [{ path: ["payload", name], message: `expected '${address[name]}'` }],
    });
  }
}
