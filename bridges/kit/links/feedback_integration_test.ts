import assert from "node:assert/strict";
import { type LinkMapping, StateUpdate, subjects } from "@patchbay/contracts";
import { type Bus, subscribe } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { testStudio, until } from "../test_counter.ts";
import { desk, linkOf, putLink } from "./test_apps.ts";

/** A desk whose fader drives that of another desk. */
async function startDesk(bus: Bus, bridge: string, other: string, mapping: Partial<LinkMapping>) {
  const faders = [0];
  const double = await startAppDouble(bus, desk, {
    bridge,
    handlers: {
      set_fader: ({ args }) => {
        faders[args.index] = args.value;
        return {};
      },
    },
    snapshot: () => ({ faders }),
  });
  await putLink(
    bus,
    linkOf({
      id: `${other}-to-${bridge}`,
      source: { app: "desk", bridge: other, state: "/faders/0" },
      target: { app: "desk", bridge, command: "set_fader", args: { index: 0 }, argument: "/value" },
      mapping,
    }),
  );
  return { ...double, faders, [Symbol.asyncDispose]: () => double[Symbol.asyncDispose]() };
}

Deno.test("two desks that mirror each other agree, and are quiet then", async () => {
  await using studio = await testStudio();
  await using left = await startDesk(studio.bus, "left", "right", {});
  await using right = await startDesk(studio.bus, "right", "left", {});
  left.faders[0] = 5;
  left.changed();
  await until(() => right.faders[0] === 5);
  right.faders[0] = 6;
  right.changed();
  await until(() => left.faders[0] === 6);
  const executed = () => left.executions.length + right.executions.length;
  // a mark that went once around both ways: nothing is on its way any more
  const before = executed();
  left.faders[0] = 7;
  left.changed();
  await until(() => right.faders[0] === 7);
  assert.ok(executed() - before <= 2, `${executed() - before} values for one change`);
  assert.ok(executed() <= 8, `${executed()} values in all`);
});

Deno.test("two desks that drive each other up do it no faster than they report their states", async () => {
  await using studio = await testStudio();
  const updates = subscribe(studio.bus, subjects.state("desk", "left"), { payload: StateUpdate });
  await updates.ready;
  let reported = 0;
  const counting = (async () => {
    for await (const _ of updates) reported++;
  })();
  await using left = await startDesk(studio.bus, "left", "right", { expression: "$ + 1" });
  await using right = await startDesk(studio.bus, "right", "left", { expression: "$ + 1" });
  await until(() => left.executions.length >= 10);
  assert.ok(right.executions.length <= reported + 1, `${right.executions.length} values of ${reported} reports`);
  await updates[Symbol.asyncDispose]();
  await counting;
});
