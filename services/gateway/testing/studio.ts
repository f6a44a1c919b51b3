/** The gateway's function on a real bus, with doubles behind it, for tests that call `app.request`. */
import { type Bus, migrate, PresenceMirror } from "@patchbay/bus";
import { type App, createApp } from "../app.ts";
import { CommandLog } from "../command_log.ts";
import type { GatewayDeps } from "../deps.ts";
import { createApiKey, KeyRing, Scope } from "../keys.ts";
import { LastProgress } from "../last_progress.ts";
import { DEFAULT_LIMITS, type Limits } from "../limits.ts";
import { ManifestCache } from "../manifest_cache.ts";
import { serviceCalls } from "../service_calls.ts";

export interface TestGateway extends AsyncDisposable {
  app: App;
  deps: GatewayDeps;
  /** A request with a key; JSON where there is a body. @param scopes of the key, all unless given */
  ask(path: string, init?: RequestInit & { json?: unknown; scopes?: readonly Scope[] }): Promise<Response>;
}

export async function startTestGateway(
  bus: Bus,
  options: { limits?: Partial<Limits>; allowedOrigins?: string[]; allowedHosts?: string[]; migrated?: boolean } = {},
): Promise<TestGateway> {
  if (!options.migrated) await migrate(bus);
  const keys = new Map([Scope.options, ...Scope.options.map((scope) => [scope])].map((scopes) => [
    scopes.join(),
    createApiKey({ name: scopes.join(), scopes }),
  ]));
  const ended = new AbortController();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const manifests = new ManifestCache();
  const followed = manifests.follow(bus, ended.signal);
  const progress = new LastProgress();
  const heard = progress.follow(bus, ended.signal);
  const here = await PresenceMirror.follow(bus, { signal: ended.signal, graceMs: 50 });
  const deps: GatewayDeps = {
    bus,
    call: serviceCalls(bus, { timeoutMs: limits.serviceTimeoutMs, signal: ended.signal }),
    keys: new KeyRing([...keys.values()].map(({ record }) => record)),
    manifests,
    here,
    commands: new CommandLog(),
    progress,
    limits,
    allowedOrigins: options.allowedOrigins ?? [],
    allowedHosts: options.allowedHosts ?? [],
    defaultProvider: undefined,
    showBridges: true,
    version: "0.0.0",
    closing: ended.signal,
    signal: ended.signal,
  };
  const app = createApp(deps);
  await manifests.caughtUp;
  return {
    app,
    deps,
    ask: async (path, { json, scopes = Scope.options, headers, ...init } = {}) => {
      const all = new Headers(headers);
      all.set("authorization", `Bearer ${keys.get(scopes.join())!.text}`);
      if (json !== undefined) all.set("content-type", "application/json");
      const body = json === undefined ? {} : { body: JSON.stringify(json) };
      return await app.request(`http://localhost${path}`, { ...init, ...body, headers: all });
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await Promise.all([followed, heard]);
      await here[Symbol.asyncDispose]();
    },
  };
}
