/** The `patchbay` command: puts services, bridges and the embedded studio together. */
export { createProgram } from "./program.ts";
export { startStudio, type Studio, type StudioOptions } from "./studio/start.ts";
