/** What a child may use, with all that it has started. */
export interface ProcessLimits {
  /** Resident memory, all processes together, in mebibytes. */
  memoryMiB?: number;
  /** Processor time, all processes together, in seconds. */
  cpuSeconds?: number;
  /** So many processes at the same time. */
  processes?: number;
  /** How long it may run, in milliseconds. */
  wallMs?: number;
}
