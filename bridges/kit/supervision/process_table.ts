/** The processes of this machine: from `/proc` where there is one, else from `ps`. */

export interface RunningProcess {
  pid: number;
  parent: number;
  group: number;
  /** Tells two apart that have had one id; in a unit of the system's own. */
  startedAt: string;
  /** Its own and that of the children for which it has waited, in seconds. */
  cpuSeconds: number;
  /** Resident. */
  memoryMiB: number;
  /** Ended, and its parent has not looked yet. */
  isDead: boolean;
}

/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;

/** Empty where `/proc` may not be read. */
export function readProc(): RunningProcess[] {
  const found: RunningProcess[] = [];
  try {
    for (const { name } of Deno.readDirSync("/proc")) {
      const process = /^\d+$/.test(name) ? processOf(Number(name)) : undefined;
      if (process !== undefined) found.push(process);
    }
  } catch {
    return [];
  }
  return found;
}

function processOf(pid: number): RunningProcess | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // the second field is the program's name, which may hold anything
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return {
      pid,
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startedAt: fields[19] ?? "",
      cpuSeconds: ticks / TICKS,
      memoryMiB: Number(fields[21]) * pageMiB(),
      isDead: fields[0] === "Z" || fields[0] === "X",
    };
  } catch {
    // it has ended meanwhile
    return undefined;
  }
}

const PAGE_SIZES = [4_096, 16_384, 65_536];
let page: number | undefined;

/** How much a page of memory is: no file says it, but what this process has is known in bytes and in pages. */
function pageMiB(): number {
  if (page !== undefined) return page;
  const pages = Number(Deno.readTextFileSync("/proc/self/statm").split(" ")[1]);
  const about = Deno.memoryUsage().rss / pages;
  const [bytes = 4_096] = PAGE_SIZES.toSorted((a, b) => Math.abs(about - a) - Math.abs(about - b));
  return page = bytes / 1024 / 1024;
}

/** @example `  501     1   501  12345  0:01.50` */
export function parsePs(text: string): RunningProcess[] {
  return text.split("\n").flatMap((line) => {
    const [pid, parent, group, kibibytes, time] = line.trim().split(/\s+/);
    if (time === undefined) return [];
    return [{
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      startedAt: "",
      cpuSeconds: secondsOf(time),
      memoryMiB: Number(kibibytes) / 1024,
      isDead: false,
    }];
  });
}

/** `[[days-]hours:]minutes:seconds` */
function secondsOf(time: string): number {
  const [days, clock] = time.includes("-") ? time.split("-") : ["0", time];
  return clock!.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

/** Empty where there is no `ps`. */
export async function readPs(): Promise<RunningProcess[]> {
  const ps = new Deno.Command("ps", {
    args: ["-A", "-o", "pid=,ppid=,pgid=,rss=,time="],
    stdin: "null",
    stderr: "null",
  });
  const { stdout } = await ps.output().catch(() => ({ stdout: new Uint8Array() }));
  return parsePs(new TextDecoder().decode(stdout));
}
