/** One bridge, as it is named on the command line: `blender`, `osc:lights.yaml`, `./my-bridge@desk`. */
import { AppName, BridgeId, PatchbayError } from "@patchbay/contracts";

export interface BridgeItem {
  /** As it was written. */
  text: string;
  /** The name of an application, or the path of a bridge's own folder. */
  kind: { app: AppName } | { folder: string };
  /** A file, a program: what the application makes of it. */
  argument?: string;
  bridge?: BridgeId;
}

export const ITEM_GRAMMAR = "<application or folder>[:<file or argument>][@<bridge id>]";

/**
 * Reads `<app>[:<argument>][@<bridge id>]`. What begins with `.`, `/`, `~` or a drive letter is a folder.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` with the grammar
 * @example `parseItem("osc:lights.yaml@desk") // { kind: { app: "osc" }, argument: "lights.yaml", bridge: "desk", … }`
 */
export function parseItem(text: string): BridgeItem {
  const { before, bridge } = splitId(text);
  const folder = /^([.~]|[\\/]|[A-Za-z]:[\\/])/.test(before);
  // the colon of a drive is not the one that an argument follows
  const colon = before.indexOf(":", /^[A-Za-z]:[\\/]/.test(before) ? 2 : 0);
  const name = colon === -1 ? before : before.slice(0, colon);
  const argument = colon === -1 ? undefined : before.slice(colon + 1);
  if (argument === "") throw wrong(text, "nothing follows the ':'");
  if (!folder && !AppName.safeParse(name).success) {
    const [app = "", id = "", ...more] = name.split(".");
    const isAddress = more.length === 0 && AppName.safeParse(app).success && BridgeId.safeParse(id).success;
    throw wrong(
      text,
      isAddress
        ? `'${name}' is the address of a bridge that runs; to start one with that id, write ${app}@${id}`
        : `'${name}' is neither an application's name nor a folder`,
    );
  }
  return {
    text,
    kind: folder ? { folder: name } : { app: name },
    ...(argument === undefined ? {} : { argument }),
    ...(bridge === undefined ? {} : { bridge }),
  };
}

/** An `@` in a path is not the one before an id: no id holds a `/`, a `\` or a `.`. */
function splitId(text: string): { before: string; bridge?: BridgeId } {
  const at = text.lastIndexOf("@");
  const id = text.slice(at + 1);
  if (at === -1 || /[\\/.]/.test(id)) return { before: text };
  const parsed = BridgeId.safeParse(id);
  if (!parsed.success) throw wrong(text, `'${id}' cannot be a bridge id: ${parsed.error.issues[0]?.message}`);
  return { before: text.slice(0, at), bridge: parsed.data };
}

function wrong(text: string, why: string): PatchbayError {
  return PatchbayError.of("INVALID_CONFIGURATION", `Cannot start '${text}': ${why}`, {
    remedy: `Write ${ITEM_GRAMMAR}: blender, blender@ws-07, ./my-bridge.`,
  });
}
