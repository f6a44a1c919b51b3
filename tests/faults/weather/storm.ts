/** What goes wrong in one run, drawn from a seed: with the bridges and the ways to them, and with the broker at the same time. */
import type { SeededRandom } from "@patchbay/testing";
import type { BridgedProcess, Caller, World } from "./world.ts";

/** One thing that goes wrong; resolves once it is well again. */
interface Incident {
  what: string;
  strike(): Promise<void>;
}

const lasting = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Lets things go wrong until the signal fires; all is well when it resolves. */
export async function storm(
  world: World,
  callers: readonly Caller[],
  random: SeededRandom,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  const around = random.fork("bridges");
  const broker = random.fork("broker");
  await Promise.all([
    front(world, () => nearBridge(around.pick(world.bridges), around), around, everyMs, signal),
    front(
      world,
      () => broker.chance(0.4) ? nearCaller(broker.pick(callers), broker) : nearBroker(world, broker),
      broker,
      everyMs * 3,
      signal,
    ),
  ]);
}

async function front(
  { history }: World,
  next: () => Incident,
  random: SeededRandom,
  everyMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await lasting(everyMs * (0.5 + random.next()));
    if (signal.aborted) return;
    const { what, strike } = next();
    history.disturbed(what);
    // whoever is asked in the middle of it suffers too
    const lingering = setInterval(() => history.disturbed(what), 100);
    await strike().finally(() => clearInterval(lingering));
    history.disturbed(`over: ${what}`);
  }
}

function nearBridge(bridge: BridgedProcess, random: SeededRandom): Incident {
  const { proxy, bridge: name } = bridge;
  const ms = random.integer(50, 1_000);
  const direction = random.pick([undefined, "up", "down"] as const);
  const longMs = random.integer(300, 4_000);
  return random.pick<Incident>([
    {
      what: `${name} is killed`,
      async strike() {
        await bridge.kill();
        await lasting(ms);
        await bridge.start();
      },
    },
    {
      what: `${name} is killed behind a cut cable`,
      async strike() {
        using _cable = proxy.partition();
        await lasting(ms / 4);
        await bridge.kill();
        await lasting(ms / 4);
        void bridge.start();
      },
    },
    {
      what: `${name} stands still for ${ms} ms`,
      async strike() {
        bridge.signal("SIGSTOP");
        await lasting(ms);
        bridge.signal("SIGCONT");
      },
    },
    {
      what: `${name} is cut off for ${longMs} ms, ${direction ?? "both ways"}`,
      async strike() {
        using _cable = proxy.partition(direction);
        await lasting(longMs);
      },
    },
    {
      what: `${name} loses its connection`,
      async strike() {
        proxy.reset();
        await lasting(ms / 4);
      },
    },
  ]);
}

function nearCaller({ proxy, name }: Caller, random: SeededRandom): Incident {
  const ms = random.integer(100, 1_500);
  return {
    what: `${name} is cut off for ${ms} ms`,
    async strike() {
      using _cable = proxy.partition();
      await lasting(ms);
    },
  };
}

function nearBroker({ nats }: World, random: SeededRandom): Incident {
  const ms = random.integer(50, 1_000);
  return random.pick<Incident>([
    {
      what: `the broker is killed, for ${ms} ms`,
      async strike() {
        await nats.kill();
        await lasting(ms);
        await nats.restart();
      },
    },
    {
      what: `the broker stands still for ${ms} ms`,
      async strike() {
        nats.server.kill("SIGSTOP");
        await lasting(ms);
        nats.server.kill("SIGCONT");
      },
    },
  ]);
}
