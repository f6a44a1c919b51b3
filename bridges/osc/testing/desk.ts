/** For tests: the lights desk, and a bridge to it through a proxy that is kind unless it is told otherwise. */
import { type DatagramProxy, type FaultPlanInput, startDatagramProxy } from "@patchbay/testing";
import { type ManifestFile, type OscSimulator, startOscSimulator } from "../mod.ts";
import { lights, type OscStudio, startOscStudio } from "./osc_studio.ts";

export interface Desk extends AsyncDisposable {
  readonly simulator: OscSimulator;
  readonly proxy: DatagramProxy;
  readonly studio: OscStudio;
}

export interface DeskOptions {
  rules?: FaultPlanInput["rules"];
  over?: Partial<ManifestFile>;
  /** @default none comes by itself */
  pingIntervalMs?: number;
}

export async function startDesk({ rules = [], over = {}, pingIntervalMs = 60_000 }: DeskOptions = {}): Promise<Desk> {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await startOscSimulator({ loaded: await lights() }));
  const proxy = stack.use(await startDatagramProxy({ target: simulator.port, faults: { seed: 3, rules } }));
  const loaded = await lights({ port: proxy.port, ...over });
  const studio = stack.use(await startOscStudio({ loaded, pingIntervalMs }));
  const held = stack.move();
  return { simulator, proxy, studio, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
