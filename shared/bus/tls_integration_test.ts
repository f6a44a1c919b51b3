import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { rejection, untilConnected, withCode } from "./bus_fixture.ts";
import { connectBus } from "./connection.ts";

/** An authority, and a certificate of it for 127.0.0.1; `undefined` where there is no `openssl`. */
async function makeCertificate(folder: string) {
  const file = (name: string) => `${folder}/${name}.pem`;
  const certificate = async (name: string, extensions: string[], signer: string[]) => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file(`${name}-key`)];
    const subject = ["-days", "2", "-subj", `/CN=patchbay test ${name}`];
    const added = extensions.flatMap((extension) => ["-addext", extension]);
    const config = ["-config", file("config"), "-out", file(name)];
    const args = ["req", "-x509", ...key, ...subject, ...added, ...config, ...signer];
    const { success } = await new Deno.Command("openssl", { args, stdin: "null", stderr: "null" }).output();
    return success;
  };
  await Deno.writeTextFile(file("config"), "[req]\ndistinguished_name = name\n[name]\n");
  try {
    const made = await certificate("authority", ["basicConstraints=critical,CA:TRUE"], []) &&
      await certificate("server", ["basicConstraints=CA:FALSE", "subjectAltName=IP:127.0.0.1"], [
        "-CA",
        file("authority"),
        "-CAkey",
        file("authority-key"),
      ]);
    return made ? { authority: file("authority"), certificate: file("server"), key: file("server-key") } : undefined;
  } catch {
    return undefined;
  }
}

const folder = await Deno.makeTempDir();
const made = await makeCertificate(folder);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const ignore = made === undefined;
const reason = ignore ? " (there is no `openssl` to make a certificate with)" : "";
const config = `tls: { cert_file: ${JSON.stringify(made?.certificate)}, key_file: ${JSON.stringify(made?.key)} }`;
const url = (port: number) => `nats://127.0.0.1:${port}`;

Deno.test(`a server with a certificate of a known authority is reached by TLS, also after it was away${reason}`, {
  ignore,
}, async () => {
  assert.ok(made !== undefined);
  await using nats = await startTestNats({ config });
  const tls = { caFile: made.authority };
  await using bus = await connectBus({ servers: url(nats.port), name: "test", tls });
  await bus.nc.flush();
  await nats.kill();
  await untilConnected(bus, false);
  await nats.restart();
  await untilConnected(bus);
  await bus.nc.flush();
});

Deno.test(`a certificate that is not trusted, and a file that is not there, are said at once${reason}`, {
  ignore,
}, async () => {
  await using nats = await startTestNats({ config });
  const connect = (tls?: { caFile?: string }) =>
    connectBus({ servers: url(nats.port), name: "test", ...(tls === undefined ? {} : { tls }) });
  for (const tls of [undefined, {}, { caFile: `${folder}/missing.pem` }]) {
    assert.ok(withCode("INVALID_CONFIGURATION")(await rejection(connect(tls))));
  }
});

Deno.test("a server without TLS is not taken for one with it", async () => {
  await using nats = await startTestNats();
  const options = { servers: nats.url, name: "test", tls: {}, waitOnFirstConnect: false };
  const error = await rejection(connectBus(options));
  assert.ok(withCode("BUS_UNAVAILABLE")(error));
  assert.ok(error.message.includes("TLS"), error.message);
});
