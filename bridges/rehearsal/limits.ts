/** How much a rehearsal may take: a plan may be a hostile one. */

export interface RehearsalLimits {
  /** The whole rehearsal, in milliseconds. */
  timeMs: number;
  /** One step, whatever its manifest allows, in milliseconds. */
  stepMs: number;
  /** A larger state is not loaded, and a stage that grows beyond it takes no more commands, in characters of JSON. */
  stateCharacters: number;
  /** What a rehearsal holds in memory, simulators and all, in bytes: looked at after each step. */
  memoryBytes: number;
  /** New files of all steps, and one file that is read, in bytes. */
  fileBytes: number;
}

export const REHEARSAL_LIMITS: RehearsalLimits = {
  timeMs: 60_000,
  stepMs: 15_000,
  stateCharacters: 4 * 1024 * 1024,
  memoryBytes: 512 * 1024 * 1024,
  fileBytes: 64 * 1024 * 1024,
};
