/** Drives one script over the App link. In a rehearsal, nothing of it runs that does not know that it is one. */
import {
  type Adapter,
  type AdapterHost,
  type Described,
  transportAdapter,
  withAssets,
  withFiles,
} from "@patchbay/bridge-kit";
import { sampleOf } from "@patchbay/bridge-kit/sample";
import { type AppManifest, commandDocument } from "@patchbay/contracts";

export interface ScriptAdapterOptions extends Described {
  simulated: boolean;
  /** Whether the bridge starts the script. */
  owned: boolean;
  silenceMs?: number;
}

export function scriptAdapter(
  { manifest, open, changed, simulated, owned, silenceMs }: ScriptAdapterOptions,
): (host: AdapterHost) => Adapter {
  return (host) =>
    transportAdapter({
      manifest,
      owned,
      ...(silenceMs === undefined ? {} : { silenceMs }),
      open: (host, events) =>
        open(host, {
          onNotification: (method, params) => {
            if (method === "manifest_changed") changed();
            else events.onNotification(method, params);
          },
        }),
      async execute({ command, args, id, signal, progress, deadline, live }, transport) {
        const simulates = transport.peer.capabilities?.["simulates"] === true;
        if (simulated && !simulates) return madeUp(manifest, command, args);
        await using files = await withFiles(args, host);
        const params = { command, args: files.args, id, ...(live === true ? { live } : {}) };
        return await withAssets(await transport.request("execute", params, { signal, id, progress, deadline }), host);
      },
    })(host);
}

/** What it might answer, by what it says that it answers. */
function madeUp({ commands }: AppManifest, command: string, args: Record<string, unknown>): unknown {
  const definition = commands[command];
  return definition === undefined ? null : sampleOf(commandDocument(definition).result, args);
}
