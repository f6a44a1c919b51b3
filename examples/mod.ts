/** Examples that `patchbay studio --example NAME` runs. Another one is a folder here, and a line. */
import type { Example } from "./example.ts";
import { musicVisual } from "./music-visual/mod.ts";

export type { Example, Performance, Prepared, SentCommand, SheetSteps } from "./example.ts";
export { StepList } from "./step_list.ts";

export const EXAMPLES: readonly Example[] = [musicVisual];
