import assert from "node:assert/strict";
import { join } from "node:path";
import { DOMParser, type Element } from "@xmldom/xmldom";
import { PatchbayError } from "@patchbay/contracts";
import { hasProgram } from "@patchbay/testing";
import { installService, isInstalled, type Machine, type Service, serviceOf, uninstallService } from "./service.ts";

const unix: Omit<Machine, "os"> = {
  userFolder: "/home/ana",
  home: "/home/ana/50% & $more/patchbay",
  user: "501",
  program: ["/opt/deno", "run", "/srv/the checkout/cli/main.ts"],
};
const ARGS = ["--server", 'tls://a"b'];

function root(text: string): Element {
  const parser = new DOMParser({ onError: (_level, message) => assert.fail(message) });
  const element = parser.parseFromString(text, "text/xml").documentElement;
  assert.ok(element);
  return element;
}

const texts = (element: Element, tag: string) =>
  Array.from(element.getElementsByTagName(tag), ({ textContent }) => textContent ?? "");

Deno.test("on Linux it is a user unit, which quotes what systemd would read as its own", () => {
  const { path, text } = serviceOf({ ...unix, os: "linux", args: ARGS });
  assert.equal(path, "/home/ana/.config/systemd/user/patchbay-workstation.service");
  const line = String.raw`ExecStart="/opt/deno" "run" "/srv/the checkout/cli/main.ts" "workstation" "--home"` +
    String.raw` "/home/ana/50%% & $$more/patchbay" "--server" "tls://a\"b"`;
  assert.ok(text.split("\n").includes(line), text);
  assert.match(text, /^WorkingDirectory=\/home\/ana\/50%% & \$more\/patchbay$/m);
  assert.doesNotMatch(text, /@[A-Z]+@/);
});

const hasSystemd = await hasProgram("systemd-analyze");

Deno.test({
  name: "systemd itself finds no fault with the unit",
  ignore: !hasSystemd,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "patchbay-unit-" });
    try {
      const program = [Deno.execPath(), "run", "-A", "main.ts"];
      const { text } = serviceOf({ ...unix, program, os: "linux", args: ARGS });
      const path = join(folder, "patchbay-workstation.service");
      await Deno.writeTextFile(path, text);
      const { success, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", "--user", path],
        env: { XDG_RUNTIME_DIR: folder },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.ok(success, said);
      assert.doesNotMatch(said, /patchbay-workstation/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("on macOS it is a launch agent: well-formed, with each argument as it is", () => {
  const { path, text, enable } = serviceOf({ ...unix, os: "darwin", args: ARGS });
  assert.equal(path, "/home/ana/Library/LaunchAgents/studio.patchbay.workstation.plist");
  const array = root(text).getElementsByTagName("array")[0];
  assert.ok(array);
  assert.deepEqual(texts(array, "string"), [...unix.program, "workstation", "--home", unix.home, ...ARGS]);
  assert.ok(texts(root(text), "string").includes(`${unix.home}/workstation.log`));
  assert.deepEqual(enable, [["launchctl", "bootstrap", "gui/501", path]]);
});

Deno.test("on Windows it is a task in the artist's session, whose arguments come apart as they were put together", () => {
  const { path, text } = serviceOf({
    os: "windows",
    userFolder: "C:\\Users\\ana",
    home: "C:\\Users\\ana b\\Patchbay\\",
    user: "STUDIO\\ana",
    program: ["C:\\Program Files\\deno.exe", "run", "C:\\check out\\main.ts"],
    args: ARGS,
  });
  assert.equal(path, "C:\\Users\\ana b\\Patchbay\\patchbay-workstation.xml");
  const task = root(text);
  assert.deepEqual(texts(task, "Command"), ["C:\\Program Files\\deno.exe"]);
  assert.deepEqual(texts(task, "Arguments"), [
    String.raw`run "C:\check out\main.ts" workstation --home "C:\Users\ana b\Patchbay\\" --server "tls://a\"b"`,
  ]);
  assert.deepEqual(texts(task, "UserId"), ["STUDIO\\ana", "STUDIO\\ana"]);
  assert.deepEqual(texts(task, "LogonType"), ["InteractiveToken"]);
});

async function withService(test: (service: Service, ran: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-service-" });
  try {
    const userFolder = join(folder, "ana");
    await test(serviceOf({ ...unix, userFolder, home: join(folder, "home"), os: "linux", args: [] }), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("installing writes the definition and starts it; uninstalling takes both back", () =>
  withService(async (service, ran) => {
    const run = (command: readonly string[]) => Promise.resolve(void ran.push(command.join(" ")));
    const said: string[] = [];
    await installService(service, (line) => said.push(line), run);
    assert.equal(await Deno.readTextFile(service.path), service.text);
    assert.deepEqual(ran, service.enable.map((command) => command.join(" ")));
    assert.ok(await isInstalled(service));
    ran.length = 0;
    await uninstallService(service, (line) => said.push(line), { run });
    assert.deepEqual(ran, service.disable.map((command) => command.join(" ")));
    assert.ok(!await isInstalled(service));
    await uninstallService(service, (line) => said.push(line), { run });
    assert.match(said.at(-1) ?? "", /There is no systemd user unit/);
  }));

Deno.test("a service manager that refuses is quoted, with what to do", () =>
  withService((service) =>
    assert.rejects(
      installService(service, () => {}, () => Promise.resolve("no bus")),
      (error) => error instanceof PatchbayError && error.code === "SERVICE_UNAVAILABLE" && /no bus/.test(error.message),
    )
  ));

Deno.test("the Windows definition is written in UTF-16 with its mark", async () => {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-service-" });
  try {
    const path = join(folder, "task.xml");
    const task = { ...serviceOf({ ...unix, os: "windows", args: [] }), path, home: folder };
    await installService(task, () => {}, () => Promise.resolve(undefined));
    const bytes = await Deno.readFile(path);
    assert.deepEqual([...bytes.slice(0, 4)], [0xff, 0xfe, 0x3c, 0x00]);
    assert.equal(new TextDecoder("utf-16le").decode(bytes), task.text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
