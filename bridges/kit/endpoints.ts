/** What a bridge answers: one endpoint a command on its own address, one on `any`, and its snapshot. */
import {
  ANY_BRIDGE,
  type AppManifest,
  type BridgeId,
  Command,
  type EnvelopeOf,
  JsonObject,
  type Result,
  type StateUpdate,
  subjects,
} from "@patchbay/contracts";
import { type AnyEndpoint, endpoint } from "@patchbay/bus";

export interface EndpointsOptions {
  manifest: AppManifest;
  bridge: BridgeId;
  run(name: string, command: EnvelopeOf<Command>, deadline: number | undefined): Promise<Result>;
  snapshot(): StateUpdate;
}

export function bridgeEndpoints({ manifest, bridge, run, snapshot }: EndpointsOptions): AnyEndpoint[] {
  const { app } = manifest;
  const endpoints: AnyEndpoint[] = [];
  for (const [name, { kind, effect, lane, summary }] of Object.entries(manifest.commands)) {
    const answers = (address: string) =>
      endpoint<Command, Result>({
        name,
        subject: subjects.command(app, address, name),
        // two processes with one id must not both answer
        queue: address,
        metadata: { kind, effect, lane, summary: summary.slice(0, 200) },
        payload: Command,
        type: "result",
        template: "patchbay.v1.cmd.{app}.{bridge}.{command}",
        handler: ({ message, deadline }) => run(name, message, deadline),
      });
    endpoints.push(answers(bridge), answers(ANY_BRIDGE));
  }
  endpoints.push(endpoint({
    name: "snapshot",
    subject: subjects.snapshot(app, bridge),
    queue: bridge,
    payload: JsonObject,
    type: "state_update",
    handler: snapshot,
  }));
  return endpoints;
}
