/** A bridge as a process of its own, where no `patchbay bridge` starts it: what its command line says, a bus, and a log. */
import { type Bus, connectBus } from "@patchbay/bus";
import { BridgeId } from "@patchbay/contracts";
import { configureLogging } from "@patchbay/telemetry";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BridgeDefinition, BridgeMode } from "./bridge_definition.ts";

export interface RunBridgeOptions {
  /** The command line: the bridge's argument, and options. @default this process's */
  args?: readonly string[];
  /** Where `--mode` says nothing. @default "interface" for what needs a window, else "background" */
  mode?: BridgeMode;
}

/**
 * Resolves when the bridge has ended: SIGINT and SIGTERM drain it. Its options are `--server`, `--credentials`, `--bridge`,
 * `--mode`, `--allow-code` and `--work-dir`.
 * @throws {PatchbayError} what has ended it, or why it could not begin
 */
export async function runBridge(kind: BridgeDefinition, options: RunBridgeOptions = {}): Promise<void> {
  const { values, positionals: [argument] } = parseArgs({
    args: [...options.args ?? Deno.args],
    allowPositionals: true,
    options: {
      server: { type: "string", default: "nats://127.0.0.1:4222" },
      credentials: { type: "string" },
      bridge: { type: "string", default: "local" },
      mode: { type: "string", default: options.mode ?? (kind.needsWindow ? "interface" : "background") },
      "allow-code": { type: "boolean", default: false },
      "work-dir": { type: "string", default: join(".patchbay", "bridges", kind.app) },
    },
  });
  using stop = stopSignals();
  await using _logging = await configureLogging({ level: "info", format: "json" });
  const definition = argument === undefined ? kind : await kind.from?.(argument) ?? kind;
  await using bus: Bus = await connectBus({
    servers: values.server,
    name: `${definition.app}.${values.bridge}`,
    ...(values.credentials === undefined ? {} : { credentialsFile: values.credentials }),
    signal: stop.signal,
  });
  await using bridge = await definition.start({
    bus,
    bridge: BridgeId.parse(values.bridge),
    mode: BridgeMode.parse(values.mode),
    ...(argument === undefined ? {} : { argument }),
    allowCode: values["allow-code"],
    workDir: values["work-dir"],
    signal: stop.signal,
  });
  await bridge.ended;
  if (bridge.failure !== undefined) throw bridge.failure;
}

function stopSignals(): Disposable & { signal: AbortSignal } {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) Deno.addSignalListener(name, abort);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const name of names) Deno.removeSignalListener(name, abort);
    },
  };
}
