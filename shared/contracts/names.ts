/** The names that appear in addresses and subjects. Each is one NATS subject token: no `.`, `*`, `>` or white space. */
import { z } from "zod";

/** A kind of creative program: `blender`, `touchdesigner`. */
export const AppName = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "a lower-case name of at most 32 characters");
export type AppName = z.infer<typeof AppName>;

/** One bridge of an application: `ws-07`. `any` is reserved for the queue group. */
export const BridgeId = z.string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, '-' and '_', at most 63 characters")
  .refine((id) => id !== ANY_BRIDGE, "'any' is reserved: it addresses whichever bridge is free");
export type BridgeId = z.infer<typeof BridgeId>;

/** A command: `create_object`. One that begins with `_` is the bridge's own, and in no manifest: `_undo`. */
export const CommandName = z.string().regex(/^_?[A-Za-z][A-Za-z0-9_-]{0,63}$/, "letters, digits, '-' and '_'");
export type CommandName = z.infer<typeof CommandName>;

/**
 * Whether a command is the bridge's own: `_undo`, `_redo`, `_recover`. No manifest has it, every bridge does, on its own
 * address and not on `any`.
 */
export const isBridgesOwn = (name: CommandName): boolean => name.startsWith("_");

/** A command of a manifest. */
export const ManifestCommandName = CommandName.refine(
  (name) => !name.startsWith("_"),
  "'_' begins the bridge's own commands",
);

/** An event or a channel of a manifest: `render_finished`, `track_meter`. */
export const SignalName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, "letters, digits, '-' and '_'");
export type SignalName = z.infer<typeof SignalName>;

/** Addresses whichever bridge of an application is free. */
export const ANY_BRIDGE = "any";

/** Where a command goes: `blender.ws-07`, or `blender.any`. */
export const BridgeAddress = z.templateLiteral([AppName, ".", z.union([BridgeId, z.literal(ANY_BRIDGE)])]);
export type BridgeAddress = z.infer<typeof BridgeAddress>;

/** The parts of an address. @example `parseAddress("blender.ws-07") // { app: "blender", bridge: "ws-07" }` */
export function parseAddress(address: BridgeAddress): { app: AppName; bridge: BridgeId | typeof ANY_BRIDGE } {
  const dot = address.indexOf(".");
  return { app: address.slice(0, dot), bridge: address.slice(dot + 1) };
}

/** The address of a bridge. @example `formatAddress({ app: "blender", bridge: "ws-07" }) // "blender.ws-07"` */
export function formatAddress({ app, bridge }: { app: AppName; bridge: BridgeId }): BridgeAddress {
  return `${app}.${bridge}`;
}
