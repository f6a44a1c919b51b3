/** Parsers of option values: each refuses with the field, the limit and what was given. */
import { BridgeId, Id, PatchbayError } from "@patchbay/contracts";
import { InvalidArgumentError } from "commander";

/** A TCP port; 0 lets the system choose. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError(`'${text}' is not a port: 0 to 65535.`);
  return port;
}

/** A bridge's id. */
export function parseBridgeId(text: string): BridgeId {
  const parsed = BridgeId.safeParse(text);
  if (!parsed.success) {
    throw new InvalidArgumentError(`'${text}' cannot be a bridge id: ${parsed.error.issues[0]?.message}.`);
  }
  return parsed.data;
}

/** An option that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...before ?? [], value];
}

/** How many are listed. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 1000) throw new InvalidArgumentError(`'${text}' is not 1 to 1000.`);
  return limit;
}

/** @throws {PatchbayError} `INVALID_REQUEST`, with the command that lists them */
export function readId(what: "plan" | "run", text: string): Id {
  const parsed = Id.safeParse(text.toLowerCase());
  if (parsed.success) return parsed.data;
  throw new PatchbayError("INVALID_REQUEST", `Cannot find ${what} '${text}': that is not an id of a ${what}`, {
    remedy: `\`patchbay ${what}s\` lists them, each with its id.`,
  });
}
