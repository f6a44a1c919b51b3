/** How long a value of a channel takes into an application of another process, beside a bare publish-subscribe hop. */
import { type Bus, migrate, openBucket } from "@patchbay/bus";
import { type AdapterHost, startBridge } from "@patchbay/bridge-kit";
import { Link } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { startChild } from "./child.ts";
import { ANSWER, BARE, link, now, relay } from "./link_apps.ts";
import { median, quantile } from "./measure.ts";

const ROUNDS = 7;
const SAMPLES = 400;

export interface LinkLatency {
  /** From the source's call to the call of the target's `execute`, milliseconds. */
  link: { p50: number; p99: number };
  /** From one `publish` to the other process's callback, milliseconds. */
  bare: { p50: number; p99: number };
  /** Of the two, round by round: the median. */
  ratio: { p50: number; p99: number };
}

export async function compareLinkLatency(): Promise<LinkLatency> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("relay.source");
  await migrate(bus, { storage: "memory" });
  const folder = await Deno.makeTempDir({ prefix: "patchbay-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await (await openBucket(bus, "links", Link)).put("relay.target.bench", link);
  const env = { PATCHBAY_NATS_URL: nats.url, BENCH_WORK_DIR: `${folder}/target` };
  stack.use(await startChild("./link_target.ts", /ready/, env));
  const { promise: opened, resolve: onOpen } = Promise.withResolvers<AdapterHost>();
  stack.use(
    await startBridge({
      bus,
      manifest: relay,
      adapter: {
        open: (host) => (onOpen(host), Promise.resolve({ appVersion: "1" })),
        execute: () => Promise.resolve(null),
        snapshot: () => Promise.resolve({}),
        close: () => Promise.resolve(),
      },
      bridge: "source",
      simulated: true,
      allowCode: false,
      workDir: `${folder}/source`,
    }),
  );
  const host = await opened;
  const measured = new Pair(bus, (sentAt) => host.channel("time", { sentAt }));
  await measured.linked();
  const rounds: Round[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const result = await measured.round();
    // the first one warms both up
    if (round > 0) rounds.push(result);
  }
  const middle = (of: (round: Round) => number) => median(rounds.map(of));
  const both = (of: (round: Round, q: "p50" | "p99") => number) => ({
    p50: middle((round) => of(round, "p50")),
    p99: middle((round) => of(round, "p99")),
  });
  return {
    link: both((round, q) => round.link[q]),
    bare: both((round, q) => round.bare[q]),
    ratio: both((round, q) => round.link[q] / round.bare[q]),
  };
}

type Round = Record<"link" | "bare", { p50: number; p99: number }>;
type Answer = [sentAt: number, cameAt: number, leftAt: number, backAt: number];

class Pair {
  readonly #waiting: ((answer: Answer) => void)[] = [];

  constructor(private readonly bus: Bus, private readonly publish: (sentAt: number) => void) {
    bus.nc.subscribe(ANSWER, {
      callback: (_, message) => {
        const [sentAt = NaN, cameAt = NaN, leftAt = NaN] = message.json<number[]>();
        this.#waiting.shift()?.([sentAt, cameAt, leftAt, now()]);
      },
    });
  }

  /** Resolves once values go through the link. */
  async linked(): Promise<void> {
    for (let done = false; !done;) {
      const answer = this.#answer().then(() => true);
      this.publish(now());
      done = await Promise.race([answer, gap(100).then(() => false)]);
    }
    await gap(500);
    this.#waiting.length = 0;
  }

  /** Link and bare hop in turn, so that what else the machine does hits both. */
  async round(): Promise<Round> {
    const link: Answer[] = [];
    const bare: Answer[] = [];
    for (let i = 0; i < SAMPLES; i++) {
      // longer than the channel's own interval, which is not the link's
      await gap(2);
      link.push(await this.#send((sentAt) => this.publish(sentAt)));
      await gap(2);
      bare.push(await this.#send((sentAt) => this.bus.nc.publish(BARE, String(sentAt))));
    }
    const there = Math.min(...bare.map(([sentAt, cameAt]) => cameAt - sentAt));
    const back = Math.min(...bare.map(([, , leftAt, backAt]) => backAt - leftAt));
    // the quickest way there and the quickest way back take the same time: what differs are the clocks
    const skew = (there - back) / 2;
    return { link: quantiles(link, skew), bare: quantiles(bare, skew) };
  }

  #send(send: (sentAt: number) => void): Promise<Answer> {
    const answer = this.#answer();
    send(now());
    return answer;
  }

  #answer(): Promise<Answer> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

function quantiles(answers: readonly Answer[], skew: number): { p50: number; p99: number } {
  const times = answers.map(([sentAt, cameAt]) => cameAt - sentAt - skew).sort((a, b) => a - b);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

const gap = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
