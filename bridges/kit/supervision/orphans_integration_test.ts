import assert from "node:assert/strict";
import { join } from "node:path";
import { call, testStudio, until } from "../test_counter.ts";
import { readProc } from "./process_table.ts";

const ignore = { ignore: Deno.build.os !== "linux" };
const application = new URL("../app_link/test_application.ts", import.meta.url).pathname;

function processesWith(mark: string): number[] {
  return readProc().filter(({ pid, isDead }) => {
    try {
      return !isDead && Deno.readTextFileSync(`/proc/${pid}/cmdline`).includes(mark);
    } catch {
      return false;
    }
  }).map(({ pid }) => pid);
}

Deno.test(
  "a bridge that is killed outright leaves nothing of its script, not even what has a session of its own",
  ignore,
  async () => {
    await using studio = await testStudio();
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ dir: join(import.meta.dirname!, "..") });
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const mark = crypto.randomUUID();
    const forks = `
    sh -c 'sleep 1000; : ${mark}' &
    setsid sh -c 'trap "" TERM; sleep 1000; : ${mark}' &
    (setsid sh -c 'sleep 1000; : ${mark}' &)
    exec "$0" run -A --no-check ${application} ws-01 stdio ${mark}
  `;
    const file = join(folder, "bridge.ts");
    await Deno.writeTextFile(
      file,
      `
      import { connectBus } from "@patchbay/bus";
      import { appLinkAdapter, startBridge } from "../mod.ts";
      import { counter } from "../test_counter.ts";
      const bus = await connectBus({ servers: ${JSON.stringify(studio.nats.url)}, name: "to be killed" });
      const launch = ({ host }) => ({ command: "/bin/sh", args: ["-c", ${
        JSON.stringify(forks)
      }, Deno.execPath()], cwd: host.workDir });
      const adapter = appLinkAdapter({ manifest: counter, transport: "stdio", launch });
      const workDir = ${JSON.stringify(join(folder, "work"))};
      await startBridge({ bus, manifest: counter, adapter, bridge: "ws-01", simulated: false, allowCode: false, workDir });
    `,
    );
    const bridge = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", file],
      stdin: "null",
      stdout: "null",
      detached: true,
    }).spawn();
    await until(() => call(studio.bus, "add", { by: 3 }).then(() => true, () => false));
    const before = processesWith(mark);
    assert.ok(before.length >= 4, `${before.length} processes`);
    Deno.kill(bridge.pid, "SIGKILL");
    await bridge.status;
    await until(() => processesWith(mark).length === 0);
  },
);
