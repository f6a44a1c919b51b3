/** What two callers want of the bridges in one run: everything that there is, drawn from a seed. */
import { cancelJob, findJob, isReadableJob, sendCancel } from "@patchbay/bus";
import { type Id, newId, PatchbayError } from "@patchbay/contracts";
import type { History, SeededRandom } from "@patchbay/testing";
import { ANY, type BatchCall, type Call, callBatch, callLater, callNow } from "./calls.ts";
import type { Caller } from "./world.ts";

type Wish =
  | { how: "now" | "later"; call: Call; cancelled: boolean }
  | { how: "batch"; batch: BatchCall };

/** So many at a time, for each caller. */
const AT_ONCE = 4;

/** What is wanted, in order; some of it again with the same key. */
export function wishes(random: SeededRandom, count: number, bridges: readonly string[]): Wish[] {
  const all: Wish[] = [];
  const again: Wish[] = [];
  while (all.length < count) {
    if (again.length > 0 && random.chance(0.15)) {
      all.push(repeated(random.pick(again), random));
      continue;
    }
    const wish = newWish(random, bridges, all.length);
    all.push(wish);
    if (wish.how === "batch" || wish.call.key !== undefined) again.push(wish);
  }
  return all;
}

function newWish(random: SeededRandom, bridges: readonly string[], n: number): Wish {
  const to = random.chance(0.4) ? ANY : random.pick(bridges);
  const key = `${to}-${n}`;
  if (random.chance(0.1)) {
    const commands = Array.from({ length: random.integer(2, 5) }, () => ({ ...writing(random, n), tag: newId() }));
    return {
      how: "batch",
      batch: { to, key, commands: commands.map(({ tag, command, args }) => ({ command, args: { ...args, tag } })) },
    };
  }
  const how = random.chance(0.5) ? "later" : "now";
  if (how === "now" && random.chance(0.2)) return { how, call: { to, command: "read" }, cancelled: false };
  const priority = random.pick(["high", "normal", "low"] as const);
  const keyed = random.chance(0.7) ? { key } : {};
  return { how, call: { to, ...writing(random, n), ...keyed, priority }, cancelled: random.chance(0.06) };
}

function writing(random: SeededRandom, n: number) {
  const takesMs = random.chance(0.15) ? random.integer(100, 500) : random.integer(0, 15);
  if (random.chance(0.3)) return { command: "set" as const, args: { to: n, takesMs } };
  return { command: "add" as const, args: { takesMs } };
}

/** The same key again, maybe on the other lane. */
function repeated(wish: Wish, random: SeededRandom): Wish {
  return wish.how === "batch" ? wish : { ...wish, how: random.pick(["now", "later"]), cancelled: false };
}

/** Has all of it done; what got no answer is sent again now and then. */
export async function work(
  history: History,
  callers: readonly Caller[],
  all: readonly Wish[],
  random: SeededRandom,
  spreadMs: number,
): Promise<void> {
  const queue = [...all];
  const pause = () => new Promise((resolve) => setTimeout(resolve, random.next() * 2 * spreadMs));
  const worker = async (caller: Caller) => {
    for (let wish = queue.shift(); wish !== undefined; wish = queue.shift()) {
      for (let tries = 0; tries < 3 && !await fulfil(history, caller, wish); tries++) await pause();
      await pause();
    }
  };
  await Promise.all(callers.flatMap((caller) => Array.from({ length: AT_ONCE }, () => worker(caller))));
}

/** @returns whether it was answered, or cannot be asked again */
async function fulfil(history: History, caller: Caller, wish: Wish): Promise<boolean> {
  if (wish.how === "batch") return await callBatch(history, caller, wish.batch) !== undefined;
  const { call } = wish;
  if (wish.how === "later") {
    const id = await callLater(history, caller, call);
    if (wish.cancelled) await cancel(caller, id);
    return true;
  }
  const id = newId();
  const asked = callNow(history, caller, { ...call, id });
  if (wish.cancelled) {
    sendCancel(caller.bus, { commandId: id, reason: "a test", correlationId: id, source: caller.name });
  }
  return await asked !== undefined || call.key === undefined;
}

async function cancel({ bus, name }: Caller, id: Id): Promise<void> {
  try {
    const job = await findJob(bus, id);
    if (job !== undefined && isReadableJob(job)) await cancelJob(bus, job, { reason: "a test", source: name });
  } catch (error) {
    // nobody could be told: then it is not cancelled
    if (!(error instanceof PatchbayError)) throw error;
  }
}
