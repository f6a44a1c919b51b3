import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { type ProvisionedServer, provisionNatsServer, type ProvisionOptions } from "./provision.ts";
import { releaseAsset } from "./release.ts";
import { zipOf } from "./zip_fixture.ts";

const ignore = Deno.build.os === "windows"; // the stand-ins are shell scripts
const script = (text: string) => `#!/bin/sh\n${text}\n`;
const server = (version: string) => script(`echo "nats-server: v${version}"`);

/** A machine with nothing on it but what the test puts there. */
class Machine implements AsyncDisposable {
  readonly progress: string[] = [];
  readonly #stack = new AsyncDisposableStack();
  releaseUrl = "http://127.0.0.1:1"; // nobody listens there
  private constructor(readonly root: string) {
    this.#stack.defer(() => Deno.remove(root, { recursive: true }));
  }

  static async create(): Promise<Machine> {
    return new Machine(await Deno.makeTempDir());
  }

  async install(path: string, text: string): Promise<string> {
    const full = `${this.root}/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(full, text, { mode: 0o755 });
    return full;
  }

  /** Serves files of a release by their names. */
  serve(answer: (name: string) => Response | Promise<Response>): void {
    const http = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => answer(new URL(request.url).pathname.split("/").at(-1) ?? ""),
    );
    this.#stack.defer(() => http.shutdown());
    this.releaseUrl = `http://127.0.0.1:${http.addr.port}`;
  }

  provision(options: ProvisionOptions = {}, env: Record<string, string> = {}): Promise<ProvisionedServer> {
    return provisionNatsServer({
      cacheDir: `${this.root}/cache`,
      releaseUrl: this.releaseUrl,
      goDirs: [],
      stallTimeoutMs: 300,
      env: { PATH: `${this.root}/bin`, HOME: this.root, ...env },
      onProgress: (line) => this.progress.push(line),
      ...options,
    });
  }

  /** What lies in the cache, without the lock. */
  async cached(): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(`${this.root}/cache`));
    return entries.map(({ name }) => name).filter((name) => name !== "lock").sort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** A good release of the pinned version; `change` spoils it. */
async function release(program: string, change: { sum?: string; archive?: (bytes: Uint8Array) => BodyInit } = {}) {
  const archive = await zipOf("nats-server-v2.15.1/nats-server", program);
  const sum = change.sum ?? new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
  const sums = `${"0".repeat(64)}  something-else.zip\n${sum}  ${releaseAsset("2.15.1")}\n`;
  return (name: string) => {
    if (name === "SHA256SUMS") return new Response(sums);
    if (name === releaseAsset("2.15.1")) return new Response(change.archive?.(archive) ?? archive);
    return new Response("no such file", { status: 404 });
  };
}

async function failure(attempt: Promise<unknown>): Promise<PatchbayError> {
  const error = await attempt.then(() => undefined, (error) => error);
  assert.ok(error instanceof PatchbayError, `no PatchbayError: ${error}`);
  return error;
}

Deno.test({ name: "a server on the PATH is taken", ignore }, async () => {
  await using machine = await Machine.create();
  const path = await machine.install("bin/nats-server", server("2.12.3"));
  assert.deepEqual(await machine.provision(), { path, version: "2.12.3", source: "path" });
});

Deno.test({ name: "one too old is reported with its number, and the next on the PATH is tried", ignore }, async () => {
  await using machine = await Machine.create();
  await machine.install("old/nats-server", server("2.9.10"));
  const path = await machine.install("bin/nats-server", server("2.11.0"));
  const found = await machine.provision({}, { PATH: `${machine.root}/old:${machine.root}/bin` });
  assert.equal(found.path, path);
  assert.match(machine.progress.join("\n"), /version 2\.9\.10 is too old, 2\.11\.0 is the least/);
});

Deno.test({
  name: "when nothing newer can be had, the error names the version that is too old, and what to do",
  ignore,
}, async () => {
  await using machine = await Machine.create();
  await machine.install("bin/nats-server", server("2.9.10"));
  const error = await failure(machine.provision());
  assert.equal(error.code, "NATS_SERVER_TOO_OLD");
  assert.match(error.message, /2\.9\.10[\s\S]*official release:[\s\S]*go install: there is no go/);
  assert.match(error.remedy, /go install github\.com\/nats-io\/nats-server/);
});

Deno.test({ name: "with nothing at all, the error names everything that was tried", ignore }, async () => {
  await using machine = await Machine.create();
  const error = await failure(machine.provision());
  assert.equal(error.code, "NATS_SERVER_MISSING");
  assert.match(
    error.message,
    /PATH: there is none\n\s+official release: .*\n\s+go install: there is no go on the PATH/,
  );
  assert.deepEqual(await machine.cached(), []);
});

Deno.test({ name: "a program that is no nats-server is passed over", ignore }, async () => {
  await using machine = await Machine.create();
  await machine.install("bin/nats-server", script("echo something else; exit 3"));
  assert.match((await failure(machine.provision())).message, /said no version: "something else"/);
});

Deno.test({ name: "the one that PATCHBAY_NATS_SERVER names is used, or refused with its number", ignore }, async () => {
  await using machine = await Machine.create();
  await machine.install("bin/nats-server", server("2.15.1"));
  const path = await machine.install("mine/my-nats", server("2.12.0"));
  assert.equal((await machine.provision({}, { PATCHBAY_NATS_SERVER: path })).path, path);
  await machine.install("mine/my-nats", server("2.10.7"));
  const error = await failure(machine.provision({}, { PATCHBAY_NATS_SERVER: path }));
  assert.equal(error.code, "NATS_SERVER_TOO_OLD");
  assert.match(error.message, /2\.10\.7/);
});

Deno.test(
  { name: "the official release is downloaded, verified, and found in the cache the next time", ignore },
  async () => {
    await using machine = await Machine.create();
    machine.serve(await release(server("2.15.1")));
    const first = await machine.provision();
    assert.deepEqual([first.source, first.version], ["release", "2.15.1"]);
    machine.releaseUrl = "http://127.0.0.1:1";
    assert.deepEqual(await machine.provision(), { ...first, source: "cache" });
    assert.deepEqual(await machine.cached(), ["nats-server-v2.15.1"]);
    assert.match(machine.progress.join("\n"), /Downloading nats-server-v2\.15\.1-.*\n[\s\S]*is ready/);
  },
);

const broken: [string, Parameters<typeof release>[1], RegExp][] = [
  ["of another checksum", { sum: "f".repeat(64) }, /has the SHA-256 [0-9a-f]{64}, expected f{64}/],
  ["that is corrupt", { archive: (bytes) => bytes.toReversed() as Uint8Array<ArrayBuffer> }, /has the SHA-256/],
  ["that breaks off", { archive: (bytes) => bytes.slice(0, 60) }, /has the SHA-256/],
  ["that stands still", { archive: (bytes) => streamOf(bytes.slice(0, 60)) }, /stood still for 300 ms/],
];
for (const [what, change, reason] of broken) {
  Deno.test({ name: `a download ${what} is refused and leaves nothing behind`, ignore }, async () => {
    await using machine = await Machine.create();
    machine.serve(await release(server("2.15.1"), change));
    assert.match((await failure(machine.provision())).message, reason);
    assert.deepEqual(await machine.cached(), []);
  });
}

/** Gives its bytes, and then nothing, for ever. */
function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (controller) => controller.enqueue(bytes) });
}

Deno.test({ name: "a release whose program does not run is refused and leaves nothing behind", ignore }, async () => {
  await using machine = await Machine.create();
  machine.serve(await release(script("exit 1")));
  await failure(machine.provision());
  assert.deepEqual(await machine.cached(), []);
});

Deno.test({ name: "a missing release is said with its status", ignore }, async () => {
  await using machine = await Machine.create();
  machine.serve(() => new Response("", { status: 404 }));
  assert.match((await failure(machine.provision())).message, /SHA256SUMS answered 404/);
});

Deno.test({ name: "where the release cannot be had, Go builds it", ignore }, async () => {
  await using machine = await Machine.create();
  await machine.install(
    "bin/go",
    script(`echo "go: downloading $4" >&2
[ "$1 $3" = "install github.com/nats-io/nats-server/v2@v2.15.1" ] || exit 1
printf '#!/bin/sh\\necho nats-server: v2.15.1\\n' > "$GOBIN/nats-server"
/bin/chmod 755 "$GOBIN/nats-server"`),
  );
  const found = await machine.provision();
  assert.equal(found.source, "go");
  assert.deepEqual(await machine.cached(), ["nats-server-v2.15.1"]);
  assert.match(machine.progress.join("\n"), /Building github\.com\/nats-io\/nats-server\/v2@v2\.15\.1/);
});

Deno.test({ name: "a build that fails says Go's last words and leaves nothing behind", ignore }, async () => {
  await using machine = await Machine.create();
  await machine.install("bin/go", script("echo no network >&2; exit 1"));
  assert.match((await failure(machine.provision())).message, /go install: .*ended with status 1: no network/);
  assert.deepEqual(await machine.cached(), []);
});

Deno.test({ name: "several at once fetch once", ignore }, async () => {
  await using machine = await Machine.create();
  const answer = await release(server("2.15.1"));
  let downloads = 0;
  machine.serve((name) => {
    if (name === releaseAsset("2.15.1")) downloads++;
    return answer(name);
  });
  const found = await Promise.all([machine.provision(), machine.provision(), machine.provision()]);
  assert.equal(downloads, 1);
  assert.deepEqual(found.map(({ source }) => source).sort(), ["cache", "cache", "release"]);
  assert.match(machine.progress.join("\n"), /Another process is getting nats-server/);
});

Deno.test({ name: "a program in the cache that no longer runs is replaced", ignore }, async () => {
  await using machine = await Machine.create();
  await machine.install("cache/nats-server-v2.15.1", "half a program");
  machine.serve(await release(server("2.15.1")));
  assert.equal((await machine.provision()).source, "release");
});

Deno.test({ name: "an abort ends the download and leaves nothing behind", ignore }, async () => {
  await using machine = await Machine.create();
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  machine.serve(() => {
    ask();
    return new Response(streamOf(new Uint8Array(10)));
  });
  const controller = new AbortController();
  const attempt = machine.provision({ signal: controller.signal, stallTimeoutMs: 60_000 });
  await asked;
  controller.abort(new Error("stop"));
  await assert.rejects(attempt, /stop/);
  assert.deepEqual(await machine.cached(), []);
});
