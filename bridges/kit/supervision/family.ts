/** A child and all that it has started, also what has left its process group: found by group, by descent and by a mark. */
import { readProc, readPs, type RunningProcess } from "./process_table.ts";

/** The variable whose value is one child's own: whatever it starts inherits it. */
export const MARK = "PATCHBAY_CHILD";

export interface Use {
  processes: number;
  /** Of those that run, and of what they have waited for. */
  cpuSeconds: number;
  /** What several share is counted for each. */
  memoryMiB: number;
}

export interface Family {
  use(): Promise<Use>;
  /** What several share is counted once; `undefined` where that cannot be known. */
  memoryMiB(): Promise<number | undefined>;
}

/** `undefined` where processes cannot be looked at: on Windows. */
export function familyOf(pid: number, mark: string): Family | undefined {
  if (Deno.build.os === "windows") return undefined;
  return canReadProc() ? new ProcFamily(pid, mark) : new PsFamily(pid);
}

function canReadProc(): boolean {
  try {
    return Deno.build.os === "linux" && Deno.readTextFileSync("/proc/self/stat") !== "";
  } catch {
    return false;
  }
}

class ProcFamily implements Family {
  readonly #pid: number;
  readonly #mark: string;
  /** Whether a process carries the mark, by its id and its start: it is looked up once. */
  readonly #marked = new Map<string, boolean>();

  constructor(pid: number, mark: string) {
    this.#pid = pid;
    this.#mark = mark;
  }

  use(): Promise<Use> {
    return Promise.resolve(sum(this.#members()));
  }

  memoryMiB(): Promise<number | undefined> {
    let kibibytes = 0;
    for (const { pid } of this.#members()) {
      kibibytes += Number(/^Pss:\s+(\d+)/m.exec(readProcFile(pid, "smaps_rollup") ?? "")?.[1] ?? 0);
    }
    return Promise.resolve(kibibytes === 0 ? undefined : kibibytes / 1024);
  }

  #members(): RunningProcess[] {
    const all = readProc();
    return membersOf(all, this.#pid, (process) => {
      const key = `${process.pid} ${process.startedAt}`;
      const known = this.#marked.get(key) ?? isMarked(process.pid, this.#mark);
      this.#marked.set(key, known);
      return known;
    });
  }
}

class PsFamily implements Family {
  readonly #pid: number;

  constructor(pid: number) {
    this.#pid = pid;
  }

  async use(): Promise<Use> {
    return sum(membersOf(await readPs(), this.#pid, () => false));
  }

  memoryMiB(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

function membersOf(
  all: readonly RunningProcess[],
  root: number,
  marked: (process: RunningProcess) => boolean,
): RunningProcess[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const members = new Map<number, RunningProcess>();
  const add = (process: RunningProcess) => {
    if (members.has(process.pid)) return;
    members.set(process.pid, process);
    for (const child of children.get(process.pid) ?? []) add(child);
  };
  for (const process of all) if (process.group === root || process.pid === root || marked(process)) add(process);
  return [...members.values()];
}

function sum(members: readonly RunningProcess[]): Use {
  const total = { processes: 0, cpuSeconds: 0, memoryMiB: 0 };
  for (const { cpuSeconds, memoryMiB } of members) {
    total.processes++;
    total.cpuSeconds += cpuSeconds;
    total.memoryMiB += memoryMiB;
  }
  return total;
}

const isMarked = (pid: number, mark: string) => readProcFile(pid, "environ")?.includes(`${MARK}=${mark}`) ?? false;

function readProcFile(pid: number, name: string): string | undefined {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${name}`);
  } catch {
    // it has ended, or is somebody else's
    return undefined;
  }
}

/** New ones may be made while we look: so many looks, and it is left. */
const SWEEPS = 20;

/** Ends whatever carries the mark and is still there, wherever it has gone. Linux only: elsewhere it does nothing. */
export function endMarked(mark: string): void {
  if (Deno.build.os !== "linux") return;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const left = readProc().filter(({ pid, isDead }) => !isDead && isMarked(pid, mark));
    if (left.length === 0) return;
    for (const { pid } of left) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // it has ended already
      }
    }
  }
}
