/** What a bridge answers: one subscription on its own address, one on `any`, and behind each an endpoint a command. */
import {
  ANY_BRIDGE,
  type BridgeId,
  Command,
  type CommandDefinition,
  type EnvelopeOf,
  JsonObject,
  type Result,
  type StateUpdate,
  SUBJECT_ROOT,
} from "@patchbay/contracts";
import {
  type AnyGroupedEndpoint,
  type Bus,
  type EndpointGroup,
  groupedEndpoint,
  type RunningService,
  startService,
} from "@patchbay/bus";
import type { BridgeSelf } from "./bridge_self.ts";
import { OWN_COMMANDS } from "./undo/own_commands.ts";

export interface EndpointsOptions {
  bus: Bus;
  self: BridgeSelf;
  /** How long what runs may take once the bridge ends, in milliseconds. */
  graceMs: number;
  run(name: string, command: EnvelopeOf<Command>, deadline: number | undefined): Promise<Result>;
  snapshot(): StateUpdate;
  /** More than the manifest's commands, on both addresses: batches. */
  more?: readonly AnyGroupedEndpoint[];
}

/** The endpoints at work. Disposing finishes what they took. */
export interface BridgeEndpoints extends AsyncDisposable {
  /** Calls for this bridge. */
  readonly own: EndpointGroup;
  /** Its share of the calls for any bridge of its application. */
  readonly any: EndpointGroup;
}

/** Calls are taken on the bridge's own address from now on, and on `any` once that group is joined. */
export async function serveEndpoints(options: EndpointsOptions): Promise<BridgeEndpoints> {
  const { bus, self, graceMs, more = [] } = options;
  const { manifest, bridge, instance, source } = self;
  const service: RunningService = await startService(bus, {
    name: `bridge-${manifest.app}`,
    version: manifest.version,
    description: `${manifest.title} on ${self.host}`,
    metadata: { app: manifest.app, bridge, instance },
    source,
    graceMs,
    endpoints: [],
  });
  try {
    const commands = [...commandEndpoints(options), ...more];
    // two processes with one id must not both answer
    const group = (address: BridgeId, endpoints: AnyGroupedEndpoint[], joined: boolean) =>
      service.addGroup({ prefix: `${SUBJECT_ROOT}.cmd.${manifest.app}.${address}`, queue: address, endpoints, joined });
    const own = await group(bridge, [...commands, ...ownEndpoints(options), snapshotEndpoint(options)], true);
    const any = await group(ANY_BRIDGE, commands, false);
    return { own, any, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

const commandEndpoints = (options: EndpointsOptions) => endpointsOf(options.self.manifest.commands, options);
/** A batch has an endpoint for itself, in both of its forms. */
const { _batch, ...OWN } = OWN_COMMANDS;
const ownEndpoints = (options: EndpointsOptions) => endpointsOf(OWN, options);

function endpointsOf(
  commands: Readonly<Record<string, CommandDefinition>>,
  { run }: EndpointsOptions,
): AnyGroupedEndpoint[] {
  return Object.entries(commands).map(([name, { kind, effect, lane, summary }]) =>
    groupedEndpoint<Command, Result>({
      name,
      metadata: { kind, effect, lane, summary: summary.slice(0, 200) },
      payload: Command,
      type: "result",
      template: "patchbay.v1.cmd.{app}.{bridge}.{command}",
      handler: ({ message, deadline }) => run(name, message, deadline),
    })
  );
}

function snapshotEndpoint({ snapshot }: EndpointsOptions): AnyGroupedEndpoint {
  return groupedEndpoint({
    name: "snapshot",
    token: "_snapshot",
    payload: JsonObject,
    type: "state_update",
    handler: snapshot,
  });
}
