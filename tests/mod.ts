/** Tests across parts: integration, e2e, faults, bench. They may import anything; nothing imports them. */
export { startPatchbay } from "./patchbay_command.ts";
export { startTestStudio } from "./studio.ts";
