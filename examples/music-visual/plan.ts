/** The plan: three applications side by side, then each with what the others made. */
import type { AppName, BridgeId, Step } from "@patchbay/contracts";
import { StepList } from "../step_list.ts";
import { writeMusic } from "./ableton.ts";
import { buildStage, feedBack, render } from "./blender.ts";
import { drawSound, prepareVisuals } from "./touchdesigner.ts";

export interface PlanOptions {
  /** Whether Live can be told to load instruments and effects. */
  canLoadDevices: boolean;
}

export function musicPlan(bridges: ReadonlyMap<AppName, BridgeId>, { canLoadDevices }: PlanOptions): readonly Step[] {
  const list = new StepList(bridges);
  // these three need nothing of each other
  writeMusic(list, { canLoadDevices });
  prepareVisuals(list);
  buildStage(list);
  // from here on files and values travel
  drawSound(list);
  feedBack(list);
  render(list);
  return list.steps;
}
