/** Addresses with `{name}` in them: filled with arguments, and found again in what came. */
import { isOscAddress } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";

const SLOT = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;

/** The names in a template. */
export const slotsOf = (template: string): string[] => [...template.matchAll(SLOT)].map(([, name]) => name ?? "");

/** @throws {PatchbayError} `INVALID_ARGUMENTS` for a value that no address can hold */
export function fillAddress(template: string, valueOf: (name: string) => unknown): string {
  const filled = template.replaceAll(SLOT, (_, name: string) => {
    const text = String(valueOf(name));
    // a '/' would lead somewhere else than its author meant
    if (text === "" || text.includes("/") || !isOscAddress(`/${text}`)) {
      throw PatchbayError.of(
        "INVALID_ARGUMENTS",
        `Cannot send to ${template}: '${text.slice(0, 100)}' cannot be part of an OSC address`,
        {
          context: { argument: name },
        },
      );
    }
    return text;
  });
  return filled;
}

/** What stands in the places of the names, or `undefined` for another address. */
export function matchAddress(template: string, address: string): Record<string, string> | undefined {
  const names = slotsOf(template);
  const pattern = template.split(SLOT).map((part, i) => i % 2 === 1 ? "([^/]+)" : escaped(part)).join("");
  const found = new RegExp(`^${pattern}$`).exec(address);
  return found === null ? undefined : Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? ""]));
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
