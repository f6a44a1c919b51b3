/** Which nats-server versions will do. */

/** The least that works: presence needs a key-value bucket that tells when a key expires. */
export const LEAST_VERSION = "2.11.0";
/** What is fetched where there is none. */
export const PINNED_VERSION = "2.15.1";

/** @example `parseVersion("nats-server: v2.15.1") // "2.15.1"` */
export function parseVersion(output: string): string | undefined {
  return /^nats-server\b\D*(\d+\.\d+\.\d+)/m.exec(output)?.[1];
}

export function isOldVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_VERSION.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

/** How long a program may take to say its version, in milliseconds. */
const PROBE_TIMEOUT_MS = 10_000;

/** What a program is, as it says itself. */
export type Probe = { path: string; version: string } | { path: string; failure: string };

/** Asks a program for its version. */
export async function probe(path: string, env: Record<string, string>, signal?: AbortSignal): Promise<Probe> {
  const deadline = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    const { stdout } = await new Deno.Command(path, {
      args: ["--version"],
      env,
      clearEnv: true,
      stdin: "null",
      stderr: "null",
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    }).output();
    signal?.throwIfAborted();
    if (deadline.aborted) return { path, failure: `did not say its version in ${PROBE_TIMEOUT_MS} ms` };
    const said = new TextDecoder().decode(stdout).trim();
    const version = parseVersion(said);
    return version === undefined
      ? { path, failure: `said no version: ${JSON.stringify(said.slice(0, 80))}` }
      : { path, version };
  } catch (error) {
    signal?.throwIfAborted();
    return { path, failure: `cannot be run (${error instanceof Error ? error.message : String(error)})` };
  }
}
