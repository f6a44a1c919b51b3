/** Our services, looked at by the official `nats` command: the wire format is right when it shows what is there. */
import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { serviceEndpoint } from "./endpoint.ts";
import { natsCommand, WITHOUT_NATS_COMMAND } from "./nats_command_fixture.ts";
import { callService } from "./request.ts";
import { startService } from "./service.ts";

Deno.test({
  name: "`nats micro` lists, describes, measures and pings our services" + WITHOUT_NATS_COMMAND,
  ignore: WITHOUT_NATS_COMMAND !== "",
  async fn() {
    await using server = await startTestNats();
    const bus = await server.connect("test");
    const waitMs = 20;
    await using service = await startService(bus, {
      name: "demo",
      version: "1.2.3",
      description: "doubles numbers",
      source: "demo",
      metadata: { host: "here" },
      endpoints: [
        serviceEndpoint("demo", "double", {
          payload: z.looseObject({ n: z.number() }),
          async handler({ payload }) {
            await new Promise((resolve) => setTimeout(resolve, waitMs));
            return { n: payload.n * 2 };
          },
        }),
        serviceEndpoint("demo", "fail", {
          payload: z.looseObject({}),
          handler: () => {
            throw new PatchbayError("NOT_FOUND", "There is nothing");
          },
        }),
      ],
    });
    const call = (verb: string) =>
      callService(bus, "demo", verb, { n: 1 }, { result: z.unknown(), source: "test" }).catch(() => {});
    for (const verb of ["double", "double", "double", "fail"]) await call(verb);

    const List = z.array(z.looseObject({ name: z.string(), version: z.string(), id: z.string() }));
    const [listed, ...others] = List.parse(JSON.parse(await natsCommand(server.url, "micro", "ls", "--json")));
    assert.deepEqual([listed?.name, listed?.version, listed?.id], ["demo", "1.2.3", service.id]);
    assert.equal(others.length, 0);

    const info = await natsCommand(server.url, "micro", "info", "demo");
    for (
      const text of [service.id, "doubles numbers", "1.2.3", "double", "patchbay.v1.svc.demo.fail", "request_schema"]
    ) {
      assert.ok(info.includes(text), `info says '${text}':\n${info}`);
    }

    const stats = await natsCommand(server.url, "micro", "stats", "demo", "--json");
    const Stats = z.looseObject({
      endpoints: z.array(z.looseObject({
        name: z.string(),
        num_requests: z.number(),
        num_errors: z.number(),
        last_error: z.string(),
        average_processing_time: z.number(),
      })),
    });
    const document = JSON.parse(stats);
    const { endpoints } = Stats.parse(Array.isArray(document) ? document[0] : document);
    const [double, fail] = endpoints;
    assert.deepEqual([double?.name, double?.num_requests, double?.num_errors], ["double", 3, 0]);
    assert.deepEqual([fail?.name, fail?.num_requests, fail?.num_errors], ["fail", 1, 1]);
    assert.ok(fail?.last_error.startsWith("404:NOT_FOUND"), fail?.last_error);
    const averageMs = (double?.average_processing_time ?? 0) / 1e6;
    assert.ok(averageMs >= waitMs - 2 && averageMs < waitMs * 50, `${averageMs} ms is plausible for ${waitMs} ms`);

    const ping = await natsCommand(server.url, "micro", "ping", "demo");
    assert.ok(ping.includes("demo") && ping.includes(service.id), ping);
  },
});
