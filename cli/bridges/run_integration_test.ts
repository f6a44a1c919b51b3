import assert from "node:assert/strict";
import { join } from "node:path";
import { type BridgeDefinition, startBridge } from "@patchbay/bridge-kit";
import { type Bus, migrate } from "@patchbay/bus";
import { createBusUser, natsUser } from "@patchbay/bus/permissions";
import { command, defineApp, PatchbayError } from "@patchbay/contracts";
import { startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { assign } from "./assignment.ts";
import { readCredentialFile } from "./credentials.ts";
import { runBridges, type RunBridgesOptions } from "./run.ts";

const empty = z.object({});

/** An application that is always there, and which bus its bridges got. */
function application(app: string, buses: Bus[]): BridgeDefinition {
  const nothing = command({ summary: "Does nothing.", args: empty, result: empty });
  const manifest = defineApp({ app, title: app, version: "1.0.0", state: empty, commands: { nothing } });
  return {
    app,
    title: app,
    start({ mode, ...options }) {
      buses.push(options.bus);
      const adapter = {
        open: () => Promise.resolve({ appVersion: "1" }),
        execute: () => Promise.resolve({}),
        snapshot: () => Promise.resolve({}),
        close: () => Promise.resolve(),
      };
      return startBridge({ ...options, manifest, adapter, simulated: mode === "simulator" });
    },
  };
}

interface Workstation extends AsyncDisposable {
  nats: TestNats;
  home: string;
  said: string[];
  run(
    assignments: RunBridgesOptions["assignments"],
  ): { ended: Promise<number>; stop(): void; ready(count: number): Promise<void> };
}

async function startWorkstation(nats: TestNats, operator?: Parameters<TestNats["connect"]>[1]): Promise<Workstation> {
  await migrate(await nats.connect("operator", operator), { storage: "memory" });
  const home = await Deno.makeTempDir({ prefix: "patchbay-run-" });
  const said: string[] = [];
  const news = new EventTarget();
  return {
    nats,
    home,
    said,
    run(assignments) {
      const stop = new AbortController();
      const say = (line: string) => {
        said.push(line);
        news.dispatchEvent(new Event("line"));
      };
      const options = {
        server: nats.url,
        mode: "simulator",
        allowCode: false,
        home,
        say,
        signal: stop.signal,
      } as const;
      return {
        ended: runBridges({ assignments, ...options }),
        stop: () => stop.abort(),
        async ready(count) {
          while (said.filter((line) => / ready: /.test(line)).length < count) {
            await new Promise((resolve) => news.addEventListener("line", resolve, { once: true }));
          }
        },
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }),
  };
}

Deno.test("bridges that need no credentials of their own share one connection", async () => {
  await using nats = await startTestNats();
  await using workstation = await startWorkstation(nats);
  const buses: Bus[] = [];
  const access = { server: nats.url, credentials: [], id: "ws-07" };
  const running = workstation.run(["one", "two", "three"].map((app) => assign(application(app, buses), {}, access)));
  await running.ready(3);
  assert.equal(buses.length, 3);
  assert.equal(new Set(buses).size, 1);
  running.stop();
  assert.equal(await running.ended, 0);
  assert.ok(buses[0]?.nc.isClosed());
});

Deno.test("bridges with credentials of their own have a connection each", async () => {
  const operator = { user: "operator", password: "of-this-test" };
  const users = ["one", "two"].map((app) => createBusUser({ kind: "bridge", app, bridge: "ws-07" }));
  await using nats = await startTestNats({ users: [operator, ...users.map(({ user }) => natsUser(user))] });
  await using workstation = await startWorkstation(nats, operator);
  const credentials = await Promise.all(users.map(async ({ credentials }) => {
    const path = join(workstation.home, `${credentials.app}.creds`);
    await Deno.writeTextFile(path, JSON.stringify(credentials), { mode: 0o600 });
    return readCredentialFile(path);
  }));
  const buses: Bus[] = [];
  const access = { server: nats.url, credentials };
  const running = workstation.run(["one", "two"].map((app) => assign(application(app, buses), {}, access)));
  await running.ready(2);
  assert.deepEqual(buses.map(({ name }) => name).sort(), ["one.ws-07", "two.ws-07"]);
  running.stop();
  assert.equal(await running.ended, 0);
});

Deno.test("a bridge that cannot start is counted and told with what to do, and the others run on", async () => {
  await using nats = await startTestNats();
  await using workstation = await startWorkstation(nats);
  const broken: BridgeDefinition = {
    app: "broken",
    title: "Broken",
    start: () => Promise.reject(PatchbayError.of("INVALID_CONFIGURATION", "no such cable", { remedy: "Buy one." })),
  };
  const access = { server: nats.url, credentials: [], id: "ws-07" };
  const running = workstation.run([broken, application("one", [])].map((definition) => assign(definition, {}, access)));
  await running.ready(1);
  running.stop();
  assert.equal(await running.ended, 1);
  assert.ok(
    workstation.said.some((line) => /^broken\.ws-07: stopped\. INVALID_CONFIGURATION: no such cable/.test(line)),
  );
  assert.equal(workstation.said.at(-1), "one.ws-07: has left");
});
