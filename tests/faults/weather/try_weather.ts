/** One run: the work and the storm at the same time, then fair weather until all has ended, and what there is to know of it. */
import { PatchbayError, type Result } from "@patchbay/contracts";
import { type History, seededRandom } from "@patchbay/testing";
import { storm } from "./storm.ts";
import { wishes, work } from "./workload.ts";
import { effectsOf, queueIsEmpty, recordEffects, startWorld, until, type World } from "./world.ts";

export interface TryOptions {
  /** With the seed; it is told all that happens, also where this fails. */
  history: History;
  commands: number;
}

/** How long a job may be silent before it is somebody else's, in milliseconds: some partitions last longer. */
const ACK_WAIT_MS = 2_500;
const EVERY_MS = 300;
const SPREAD_MS = 60;
/** How long all may take to end in fair weather, in milliseconds. */
const CALM_MS = 60_000;

/** @throws where something did not end */
export async function tryWeather({ history, commands }: TryOptions): Promise<void> {
  await using world = await startWorld({ history, bridges: ["ws-01", "ws-02"], ackWaitMs: ACK_WAIT_MS });
  const { bridges } = world;
  const random = seededRandom(history.seed);
  const callers = [await world.caller("caller-1"), await world.caller("caller-2")];
  const calm = new AbortController();
  const storming = storm(world, callers, random.fork("storm"), EVERY_MS, calm.signal);
  const all = wishes(random.fork("wishes"), commands, bridges.map(({ bridge }) => bridge));
  try {
    await work(history, callers, all, random.fork("work"), SPREAD_MS);
  } finally {
    calm.abort();
    await storming;
  }
  try {
    await allHasEnded(world);
    for (const bridge of bridges) {
      const code = await bridge.terminate();
      if (code !== 0) throw new Error(`${bridge.bridge} ended with ${code}`);
    }
  } finally {
    await writeDown(world);
  }
}

async function allHasEnded(world: World): Promise<void> {
  const { bus, bridges, history, stored } = world;
  await until("every bridge answers again", () => bridges.every(({ bridge }) => isIdle(world, bridge)), CALM_MS);
  await until("the queue of jobs is empty", () => orLater(() => queueIsEmpty(bus)), CALM_MS);
  const open = async () => {
    const told = new Set<string>(stored.map(({ result }) => storyOf(result)));
    for (const entry of history.entries) if (entry.what === "result") told.add(entry.commandId);
    const begun = (await effectsOf(world)).filter(({ tag }) => tag === undefined).map(({ id }) => id);
    const jobs = history.entries.flatMap((entry) => entry.what === "accepted" ? [entry.commandId] : []);
    return [...begun, ...jobs].filter((id) => !told.has(id));
  };
  let left: string[] = [];
  const ended = until("every command has its result", async () => (left = await open()).length === 0, CALM_MS / 3);
  await ended.catch((error) => {
    throw new Error(`${error.message}: ${left.join(", ")}`);
  });
}

const isIdle = ({ here }: World, bridge: string) => here.get("tally", bridge)?.status === "idle";

async function orLater(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PatchbayError) return false;
    throw error;
  }
}

/** By what the history knows a command of a batch: its tag, where its result says that. */
function storyOf(result: Result): string {
  const { value } = result.ok ? result : { value: undefined };
  const tag = typeof value === "object" && value !== null && "tag" in value ? value.tag : undefined;
  return typeof tag === "string" ? tag : result.commandId;
}

/** Effects and stored results; a command of a batch that ended with its bridge is as unknown as the batch. */
async function writeDown(world: World): Promise<void> {
  const { history, stored } = world;
  await recordEffects(world, ({ id, tag }) => tag ?? id);
  const invoked = new Map(
    history.entries.flatMap((entry) => entry.what === "invoked" ? [[entry.commandId, entry]] : []),
  );
  const runs = new Map<string, string>();
  const keyOf = (id: string) => invoked.get(id)?.key ?? id;
  for (const { result, causationId } of stored) {
    const story = storyOf(result);
    // a batch that may be done twice and was has results of two runs
    const isFirst = runs.get(story) === undefined || runs.get(story) === result.commandId;
    runs.set(story, runs.get(story) ?? result.commandId);
    if (invoked.has(story)) history.result({ ...result, commandId: story }, isFirst ? "stream" : "caller");
    else if (causationId === undefined || !invoked.has(causationId)) {
      throw new Error(`A result of nothing that was asked for: ${JSON.stringify(result)}`);
    }
  }
  const unknown = stored.filter(({ result }) => result.command === "batch" && !result.ok);
  for (const { result } of unknown) {
    const told = new Set(history.entries.flatMap((entry) => entry.what === "result" ? [entry.commandId] : []));
    for (const { commandId, key } of invoked.values()) {
      if (key.startsWith(`${keyOf(result.commandId)}/`) && !told.has(commandId)) {
        history.result({ ...result, commandId });
      }
    }
  }
}
