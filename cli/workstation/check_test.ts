import assert from "node:assert/strict";
import { join } from "node:path";
import { checkWorkstation } from "./check.ts";
import { installService, type Service, serviceOf } from "./service.ts";

async function withWorkstation(test: (home: string, service: Service) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-check-" });
  try {
    const home = join(folder, "home");
    const program = ["/opt/deno", "run", "/srv/patchbay/cli/main.ts"];
    const service = serviceOf({ os: "linux", userFolder: join(folder, "ana"), home, user: "ana", program, args: [] });
    await Deno.mkdir(join(home, "credentials"), { recursive: true });
    await test(home, service);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a workstation with nothing is told what it could have", () =>
  withWorkstation(async (home, service) => {
    const findings = await checkWorkstation(home, service);
    assert.deepEqual(findings.map(({ mark }) => mark), ["note", "note"]);
    assert.match(findings[0]?.text ?? "", /No credentials in .*credentials/);
    assert.match(findings[1]?.remedy ?? "", /workstation install/);
  }));

Deno.test("credentials are looked into: whose they are, who can read them, whether they are any", () =>
  withWorkstation(async (home, service) => {
    const write = (name: string, value: unknown, mode = 0o600) =>
      Deno.writeTextFile(join(home, "credentials", name), JSON.stringify(value), { mode });
    const good = { user: "u", password: "p", app: "blender", bridge: "ws-07", servers: "nats://studio" };
    await write("a.creds", good);
    await write("b.creds", { ...good, servers: undefined });
    await write("c.creds", { nothing: true });
    await write("d.creds", good);
    await Deno.chmod(join(home, "credentials", "d.creds"), 0o644);
    const findings = (await checkWorkstation(home, service)).slice(0, 4);
    assert.deepEqual(findings.map(({ mark }) => mark), ["good", "note", "bad", "note"]);
    assert.match(findings[0]?.text ?? "", /blender\.ws-07/);
    assert.match(findings[3]?.remedy ?? "", /chmod 600/);
  }));

Deno.test("a service is known by the program that it starts", () =>
  withWorkstation(async (home, service) => {
    const installed = () => checkWorkstation(home, service).then((findings) => findings.at(-1)?.mark);
    await installService(service, () => {}, () => Promise.resolve(undefined));
    assert.equal(await installed(), "good");
    await Deno.writeTextFile(service.path, 'ExecStart="/opt/deno" "run" "/elsewhere/cli/main.ts"');
    assert.equal(await installed(), "note");
  }));
