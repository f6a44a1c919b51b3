/** Who a bridge is: what all of its parts know, and put into what they send. */
import { hostname } from "node:os";
import { type AppManifest, type BridgeId, envelope, type EnvelopeOf, type Id, newId } from "@patchbay/contracts";
import config from "./deno.json" with { type: "json" };

export interface BridgeSelf {
  readonly manifest: AppManifest;
  readonly bridge: BridgeId;
  /** Its address, and the source of its messages: `blender.ws-07`. */
  readonly source: string;
  /** Differs between two processes with the same id. */
  readonly instance: Id;
  /** What the presence shows. */
  readonly host: string;
  /** This machine's name. */
  readonly machine: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export function bridgeSelf(
  { manifest, bridge, host = hostname(), bridgeVersion = config.version }: {
    manifest: AppManifest;
    bridge: BridgeId;
    host?: string;
    bridgeVersion?: string;
  },
): BridgeSelf {
  const source = `${manifest.app}.${bridge}`;
  const machine = hostname();
  return { manifest, bridge, source, instance: newId(), host, machine, version: bridgeVersion, startedAt: Date.now() };
}

/** A message about a command: in the command's correlation, caused by it. */
export function about(
  command: EnvelopeOf<unknown>,
  { source }: BridgeSelf,
  type: "progress" | "result",
  payload: unknown,
): EnvelopeOf<unknown> {
  const { id, metadata: { source: target, correlationId } } = command;
  return envelope({ type, payload, source, target, correlationId, causationId: id });
}
