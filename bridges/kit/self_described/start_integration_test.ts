import assert from "node:assert/strict";
import { join } from "node:path";
import { type CommandDocument, ManifestDocument, PatchbayError } from "@patchbay/contracts";
import { openBucket } from "@patchbay/bus";
import type { Bridge } from "../bridge_options.ts";
import { call, code, type TestStudio, testStudio, until } from "../test_counter.ts";
import type { Transport, TransportEvents } from "../transports/transport.ts";
import { transportAdapter } from "../transports/transport_adapter.ts";
import { startSelfDescribedBridge } from "./start.ts";

/** An application whose commands change: each answers with how often it was connected to. */
class Shapeshifter {
  names = ["first"];
  connections = 0;
  closings = 0;
  reachable = true;
  #events: TransportEvents | undefined;
  #closed = Promise.withResolvers<PatchbayError>();

  connect(events: TransportEvents): Promise<Transport> {
    if (!this.reachable) throw PatchbayError.of("APP_NOT_CONNECTED", "it is not there");
    this.connections++;
    this.#events = events;
    const closed = this.#closed = Promise.withResolvers<PatchbayError>();
    return Promise.resolve({
      peer: { appVersion: "1.0" },
      request: (method, params) => Promise.resolve(this.#answer(method, params)),
      notify: () => {},
      closed: closed.promise,
      [Symbol.asyncDispose]: () => {
        this.closings++;
        closed.resolve(PatchbayError.of("APP_NOT_CONNECTED", "it was closed"));
        return Promise.resolve();
      },
    });
  }

  change(...names: string[]): void {
    this.names = names;
    this.#events?.onNotification("changed", {});
  }

  die(): void {
    this.#closed.resolve(PatchbayError.of("APP_CRASHED", "it died"));
  }

  #answer(method: string, params: unknown): unknown {
    if (method === "describe") return this.document();
    return method === "snapshot" ? {} : { params, connections: this.connections };
  }

  document(): ManifestDocument {
    const command: CommandDocument = {
      kind: "execute",
      summary: "Does it.",
      args: { type: "object" },
      result: {},
      effect: "write",
      idempotent: false,
      lane: "interactive",
      timeoutMs: 5_000,
      undo: "none",
      phrases: [],
    };
    const commands = Object.fromEntries(this.names.map((name) => [name, command]));
    return { app: "counter", title: "Shapeshifter", version: "1.0.0", state: {}, commands, events: {}, channels: {} };
  }
}

interface Shifting extends AsyncDisposable {
  studio: TestStudio;
  bridge: Bridge;
  commands(): Promise<string[]>;
}

async function startShifting(app: Shapeshifter, studio: TestStudio, workDir: string): Promise<Shifting> {
  const bridge = await startSelfDescribedBridge({
    bus: studio.bus,
    app: "counter",
    title: "Shapeshifter",
    bridge: "ws-01",
    simulated: false,
    allowCode: false,
    workDir,
    backoff: { minMs: 5, maxMs: 20 },
    askIntervalMs: 1,
    open: (_host, events) => app.connect(events),
    describe: async (transport, signal) => ManifestDocument.parse(await transport.request("describe", {}, { signal })),
    adapter: ({ manifest, open, changed }) =>
      transportAdapter({ manifest, open, onNotification: (method) => method === "changed" && changed() }),
  });
  const manifests = await openBucket(studio.bus, "manifests", ManifestDocument);
  return {
    studio,
    bridge,
    commands: async () => Object.keys((await manifests.get("counter.ws-01"))?.value.commands ?? {}),
    [Symbol.asyncDispose]: () => bridge[Symbol.asyncDispose](),
  };
}

async function withStudio(test: (studio: TestStudio, workDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using studio = await testStudio();
    await test(studio, join(folder, "work"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an application's own commands are announced and run, on one connection", () =>
  withStudio(async (studio, workDir) => {
    const app = new Shapeshifter();
    await using shifting = await startShifting(app, studio, workDir);
    await shifting.bridge.ready();
    assert.deepEqual(await shifting.commands(), ["first"]);
    assert.deepEqual(await call(studio.bus, "first", { a: 1 }).then((value) => Object(value).params.args), { a: 1 });
    assert.equal(app.connections, 1);
  }));

Deno.test("changed commands take the place of the old ones, and the connection stays", () =>
  withStudio(async (studio, workDir) => {
    const app = new Shapeshifter();
    {
      await using shifting = await startShifting(app, studio, workDir);
      await shifting.bridge.ready();
      app.change("second", "third");
      await until(async () => (await shifting.commands()).includes("third"));
      await shifting.bridge.ready();
      assert.equal(Object(await call(studio.bus, "second")).connections, 1);
      await assert.rejects(call(studio.bus, "first"), code("UNKNOWN_COMMAND"));
      assert.deepEqual([app.connections, app.closings], [1, 0]);
    }
    assert.equal(app.closings, 1);
  }));

Deno.test("what it offered last is announced before it is there again", () =>
  withStudio(async (studio, workDir) => {
    const app = new Shapeshifter();
    {
      await using shifting = await startShifting(app, studio, workDir);
      await shifting.bridge.ready();
    }
    app.reachable = false;
    await using shifting = await startShifting(app, studio, workDir);
    assert.deepEqual(await shifting.commands(), ["first"]);
    await assert.rejects(call(studio.bus, "first"), code("APP_NOT_CONNECTED"));
    app.reachable = true;
    await shifting.bridge.ready();
    assert.equal(Object(await call(studio.bus, "first")).connections, 2);
  }));

Deno.test("an application that changes without end does not keep its bridge from working", () =>
  withStudio(async (studio, workDir) => {
    const app = new Shapeshifter();
    await using shifting = await startShifting(app, studio, workDir);
    await shifting.bridge.ready();
    for (let turn = 0; turn < 30; turn++) {
      app.change("first", `turn_${turn}`);
      await call(studio.bus, "first").catch((error) => {
        assert.ok(
          ["BRIDGE_OFFLINE", "APP_NOT_CONNECTED", "BRIDGE_DRAINING", "UNAVAILABLE"].includes(error.code),
          error.code,
        );
      });
    }
    await shifting.bridge.ready();
    assert.equal(Object(await call(studio.bus, "first")).connections, 1);
  }));

Deno.test("an application that died is connected to again, and may offer something else", () =>
  withStudio(async (studio, workDir) => {
    const app = new Shapeshifter();
    await using shifting = await startShifting(app, studio, workDir);
    await shifting.bridge.ready();
    app.names = ["reborn"];
    app.die();
    await until(async () => (await shifting.commands()).includes("reborn"));
    await shifting.bridge.ready();
    assert.equal(Object(await call(studio.bus, "reborn")).connections, 2);
  }));
