/** A supervised child process: filtered environment, lines to the log, restarts with backoff, never orphaned. */

export interface ChildOptions {
  /** A program, on the PATH or by its path; no shell. */
  command: string;
  args?: readonly string[];
  /** Added to the few variables that every child gets. */
  env?: Record<string, string>;
  cwd: string;
  signal?: AbortSignal;
  /** Each line that the child prints. */
  onLine?: (line: string, from: "stdout" | "stderr") => void;
}
