import assert from "node:assert/strict";
import { HEADERS, newId } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { startCounter } from "./testing/counter.ts";
import { startTestGateway, type TestGateway } from "./testing/studio.ts";

async function problem(response: Response, status: number, code: string) {
  const body = await response.json();
  assert.equal(response.status, status, JSON.stringify(body));
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  assert.equal(body.code, code);
  assert.equal(body.status, status);
  assert.equal(body.correlationId, response.headers.get(HEADERS.correlationId));
  assert.ok(body.remedy.length > 0);
  return body;
}

async function withGateway(
  test: (gateway: TestGateway) => Promise<void>,
  options?: Parameters<typeof startTestGateway>[1],
) {
  await using nats = await startTestNats();
  await using gateway = await startTestGateway(await nats.connect("gateway"), options);
  await test(gateway);
}

Deno.test("no key, a wrong key, and a key of another form are refused with 401", () =>
  withGateway(async ({ app }) => {
    const secret = "A".repeat(43);
    for (const header of [undefined, "Bearer x", `Bearer pb_deadbeef_${secret}`, `Basic ${secret}`, "Bearer"]) {
      const headers: Record<string, string> = header === undefined ? {} : { authorization: header };
      const response = await app.request("http://localhost/v1/bridges", { headers });
      assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="patchbay"');
      const body = await problem(response, 401, "UNAUTHENTICATED");
      assert.ok(!JSON.stringify(body).includes(secret));
    }
  }));

Deno.test("a key without the scope of a command's effect is refused, and the problem names the scope", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using gateway = await startTestGateway(bus);
  await using app = await startCounter(bus);
  const run = (command: string, scope: "read" | "write" | "destructive" | "code" | "admin") =>
    gateway.ask("/v1/commands", { method: "POST", json: { bridge: "counter.ws-01", command }, scopes: [scope] });
  await untilKnown(gateway);
  const needs = { get: "read", increment: "write", reset: "destructive", run_code: "code" } as const;
  for (const [command, scope] of Object.entries(needs)) {
    assert.equal((await run(command, scope)).status, 200, command);
    const other = scope === "read" ? "write" : "read";
    for (const wrong of [other, "admin"] as const) {
      const body = await problem(await run(command, wrong), 403, "FORBIDDEN");
      assert.deepEqual(body.context, { scope });
    }
  }
  assert.equal(app.count, 0);
});

Deno.test("a page of a foreign origin is refused; one that is allowed gets CORS; the gateway's own page needs none", () =>
  withGateway(async ({ ask, app }) => {
    for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"]) {
      await problem(await ask("/v1/assets", { headers: { origin } }), 403, "ORIGIN_REFUSED");
    }
    const own = await ask("/v1/assets", { headers: { origin: "http://localhost", host: "localhost" } });
    assert.equal(own.status, 200);
    const allowed = await ask("/v1/assets", { headers: { origin: "https://studio.example" } });
    assert.equal(allowed.headers.get("access-control-allow-origin"), "https://studio.example");
    assert.equal(allowed.headers.get("vary"), "Origin");
    const preflight = (origin: string) =>
      app.request("http://localhost/v1/commands", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const answer = await preflight("https://studio.example");
    assert.equal(answer.status, 204);
    assert.match(answer.headers.get("access-control-allow-headers") ?? "", /Authorization/);
    await problem(await preflight("https://evil.example"), 403, "ORIGIN_REFUSED");
  }, { allowedOrigins: ["https://studio.example"] }));

Deno.test("a foreign host name is refused, also on the open pages; addresses and allowed names pass", () =>
  withGateway(async ({ app }) => {
    const get = (host: string) => app.request("http://localhost/healthz", { headers: { host } });
    for (const host of ["evil.example", "localhost.evil.example:7420", "127.0.0.1.evil.example", "a@localhost", ""]) {
      await problem(await get(host), 421, "HOST_REFUSED");
    }
    for (
      const host of ["localhost:7420", "127.0.0.1", "[::1]:7420", "studio.local", "Studio.Local:80", "192.168.1.7"]
    ) {
      assert.equal((await get(host)).status, 200, host);
    }
  }, { allowedHosts: ["studio.local"] }));

Deno.test("an address that is not there and a method that is not taken are problems", () =>
  withGateway(async ({ ask }) => {
    await problem(await ask("/v1/nothing"), 404, "NOT_FOUND");
    const wrong = await ask("/v1/commands", { method: "PUT" });
    assert.equal(wrong.headers.get("allow"), "POST");
    await problem(wrong, 405, "INVALID_REQUEST");
    const several = await ask("/v1/assets", { method: "DELETE" });
    assert.equal(several.headers.get("allow"), "PUT, POST, GET");
  }));

Deno.test("what cannot be read is refused with where it is wrong", () =>
  withGateway(async ({ ask }) => {
    const post = (body: string, type = "application/json") =>
      ask("/v1/commands", { method: "POST", body, headers: { "content-type": type } });
    await problem(await post("{"), 400, "INVALID_REQUEST");
    await problem(await post("{}", "text/plain"), 415, "INVALID_REQUEST");
    const deep = `{"bridge":"counter.any","command":"get","args":{"a":${"[".repeat(70)}${"]".repeat(70)}}}`;
    await problem(await post(deep), 400, "INVALID_REQUEST");
    const wrong = await problem(await post('{"bridge":"counter","command":"in.c","arg":{}}'), 400, "INVALID_REQUEST");
    assert.deepEqual(wrong.errors.map(({ path }: { path: string[] }) => path.join(".")).sort(), [
      "",
      "bridge",
      "command",
    ]);
    await problem(await ask("/v1/plans?limit=many"), 400, "INVALID_REQUEST");
    await problem(await ask("/v1/plans/not-an-id"), 400, "INVALID_REQUEST");
    const big = await post(JSON.stringify({ bridge: "counter.any", command: "get", args: { a: "x".repeat(5000) } }));
    assert.deepEqual((await problem(big, 413, "PAYLOAD_TOO_LARGE")).context, { maxBytes: 4096 });
  }, { limits: { bodyBytes: 4096 } }));

Deno.test("every answer carries the correlation id, a trace and the security headers", () =>
  withGateway(async ({ ask, app }) => {
    const id = newId();
    const given = await ask("/v1/assets", { headers: { [HEADERS.correlationId]: id } });
    assert.equal(given.headers.get(HEADERS.correlationId), id);
    for (const path of ["/healthz", "/nothing", "/openapi.json", "/v1/assets"]) {
      const { headers } = await app.request(`http://localhost${path}`, {
        headers: { [HEADERS.correlationId]: "x\ty" },
      });
      assert.match(headers.get(HEADERS.correlationId) ?? "", /^[0-9a-f-]{36}$/);
      assert.match(headers.get("traceresponse") ?? "", /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
      assert.equal(headers.get("x-content-type-options"), "nosniff");
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/);
    }
  }));

async function untilKnown({ deps }: TestGateway): Promise<void> {
  while (deps.manifests.apps.size === 0) await deps.bus.nc.flush();
}
