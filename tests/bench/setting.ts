/** What a benchmark on the bus runs in: a server with its streams on the disk, a connection, and a folder. */
import { type Bus, migrate } from "@patchbay/bus";
import { startTestNats, type TestNats, type TestNatsOptions } from "@patchbay/testing";
import { type Child, startChild } from "./child.ts";

export interface Setting extends AsyncDisposable {
  readonly nats: TestNats;
  readonly bus: Bus;
  /** A program of this folder, connected to the server. It ends with the setting. */
  start(script: string, ready: RegExp, env?: Record<string, string>): Promise<Child>;
}

export async function startSetting(options: TestNatsOptions = {}): Promise<Setting> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats(options));
  const bus = await nats.connect("bench");
  await migrate(bus);
  const held = stack.move();
  let started = 0;
  return {
    nats,
    bus,
    async start(script, ready, env = {}) {
      const workDir = `${folder}/${started++}`;
      return held.use(
        await startChild(script, ready, { PATCHBAY_NATS_URL: nats.url, BENCH_WORK_DIR: workDir, ...env }),
      );
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
