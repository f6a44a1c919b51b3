/** A simulated Cascadeur that a person started, not the bridge. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startChild } from "@patchbay/bridge-kit";
import { announcementChange, readAnnouncement } from "../announcement.ts";
import { simulatorLaunch, type SimulatorOptions } from "../simulator.ts";
import { controlOf } from "./control.ts";

/** Resolves once it has announced its server. */
export async function startSimulatorProcess(folder: string, options: Omit<SimulatorOptions, "folder"> = {}) {
  await using stack = new AsyncDisposableStack();
  const announcement = join(folder, "server.json");
  const control = join(folder, "control.json");
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const before = await tokenIn(announcement);
  const child = stack.use(startChild(await simulatorLaunch({ folder, control, ...options })));
  child.exited.then(() => stop.abort());
  while ([before, undefined].includes(await tokenIn(announcement))) {
    if (stop.signal.aborted) assert.fail(`the simulator ended: ${child.lastLines.join("\n")}`);
    // it may have announced itself before this looked: then the next round sees it
    const look = AbortSignal.any([stop.signal, AbortSignal.timeout(100)]);
    await announcementChange(announcement, look).catch(() => {});
  }
  const all = stack.move();
  return {
    announcement,
    trouble: controlOf(control),
    ended: child.exited,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

const tokenIn = async (path: string) => (await readAnnouncement(path).catch(() => undefined))?.token;
