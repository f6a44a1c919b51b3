/** Which process this is, said so that another process can tell whether it is gone. */

/** A process, and the namespace that its pid means something in: names of machines are not unique. */
interface ProcessFacts {
  pid: number;
  /** The boot of the machine and its pid namespace; absent where the system does not say. */
  space?: string;
}

/** What goes into a lease. */
export async function thisProcess(): Promise<ProcessFacts & Record<string, string | number>> {
  const space = await pidSpace();
  return { pid: Deno.pid, ...(space === undefined ? {} : { space }) };
}

/** Whether a process has certainly ended. Where that cannot be known, it may still live. */
export async function isGone(facts: Readonly<Record<string, unknown>>): Promise<boolean> {
  const { pid, space } = { pid: facts["pid"], space: facts["space"] };
  if (typeof pid !== "number" || space === undefined || space !== await pidSpace()) return false;
  try {
    await Deno.stat(`/proc/${pid}`);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

let known: Promise<string | undefined> | undefined;

function pidSpace(): Promise<string | undefined> {
  return known ??= (async () => {
    try {
      const boot = await Deno.readTextFile("/proc/sys/kernel/random/boot_id");
      return `${boot.trim()} ${await Deno.readLink("/proc/self/ns/pid")}`;
    } catch {
      // no Linux, or no right to look: a dead holder's lease is waited for
      return undefined;
    }
  })();
}
