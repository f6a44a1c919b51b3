/**
 * The conductor: keeps plans that hold, and runs them. A run is its log on stream RUNS: each transition is appended before it
 * takes effect, so that another replica can go on where one died.
 */
export * from "./conductor.ts";
