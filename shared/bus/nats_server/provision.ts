/** Finds a nats-server, or gets one: the PATH, the cache, the official release, Go. */
import { PatchbayError } from "@patchbay/contracts";
import { findProgram } from "./find_program.ts";
import { goInstall } from "./go_install.ts";
import { lockCache } from "./cache_lock.ts";
import { downloadRelease } from "./release.ts";
import { isOldVersion, LEAST_VERSION, PINNED_VERSION, probe } from "./version.ts";

export interface ProvisionOptions {
  /** @default `$PATCHBAY_CACHE`, else `patchbay` in the platform's cache folder */
  cacheDir?: string;
  /** What to fetch where there is none. @default {@linkcode PINNED_VERSION} */
  version?: string;
  /** @default GitHub's downloads of nats-io/nats-server */
  releaseUrl?: string;
  /** How long a download may stand still, in milliseconds. @default 20_000 */
  stallTimeoutMs?: number;
  /** Where Go may be beside the PATH. @default ["/usr/local/go/bin"] */
  goDirs?: readonly string[];
  /** @default this process's environment */
  env?: Record<string, string>;
  /** Whether one is fetched or built where there is none. @default true */
  fetch?: boolean;
  signal?: AbortSignal;
  /** Gets a line for whoever waits. */
  onProgress?: (line: string) => void;
}

export interface ProvisionedServer {
  path: string;
  version: string;
  source: "path" | "cache" | "release" | "go";
}

const RELEASE_URL = "https://github.com/nats-io/nats-server/releases/download";

/**
 * Looks for a nats-server that is there already, on the PATH and in the cache. `PATCHBAY_NATS_SERVER` in the environment
 * names one, and then no other is looked for. `tried` says what was found and will not do.
 */
export async function findNatsServer(
  options: ProvisionOptions = {},
): Promise<{ found: ProvisionedServer | undefined; tried: readonly string[] }> {
  const search = newSearch(options);
  return { found: await find(search), tried: search.tried };
}

/**
 * A nats-server that will do: the one that {@linkcode findNatsServer} finds, else one that is fetched into the cache.
 * Several processes may ask at once: one fetches, the others wait for it.
 * @throws {PatchbayError} `NATS_SERVER_MISSING` or `NATS_SERVER_TOO_OLD`, saying all that was tried and what to do
 */
export async function provisionNatsServer(options: ProvisionOptions = {}): Promise<ProvisionedServer> {
  const search = newSearch(options);
  const found = await find(search);
  if (found !== undefined) return found;
  if (named(search) !== undefined) throw notFound(search);
  if (search.tried.length === 0) search.tried.push("PATH: there is none");
  return await fetchOnce(search);
}

function newSearch(options: ProvisionOptions): Search {
  const env = options.env ?? Deno.env.toObject();
  return {
    ...options,
    env,
    version: options.version ?? PINNED_VERSION,
    cacheDir: options.cacheDir ?? defaultCacheDir(env),
    tried: [],
    tooOld: false,
    onProgress: options.onProgress ?? (() => {}),
  };
}

function named({ env }: Search): string | undefined {
  const path = env["PATCHBAY_NATS_SERVER"];
  return path === "" ? undefined : path;
}

async function find(search: Search): Promise<ProvisionedServer | undefined> {
  const only = named(search);
  if (only !== undefined) return await check(search, only, "path");
  for (const path of await findProgram("nats-server", search.env)) {
    const server = await check(search, path, "path");
    if (server !== undefined) return server;
  }
  return await fromCache(search);
}

interface Search extends ProvisionOptions {
  env: Record<string, string>;
  version: string;
  cacheDir: string;
  onProgress: (line: string) => void;
  /** What did not work, for the error. */
  tried: string[];
  tooOld: boolean;
}

async function check(
  search: Search,
  path: string,
  source: ProvisionedServer["source"],
): Promise<ProvisionedServer | undefined> {
  const found = await probe(path, search.env, search.signal);
  if ("failure" in found) {
    search.tried.push(`${path}: ${found.failure}`);
    return undefined;
  }
  if (isOldVersion(found.version)) {
    const line = `${path}: version ${found.version} is too old, ${LEAST_VERSION} is the least`;
    search.tooOld = true;
    search.tried.push(line);
    search.onProgress(line);
    return undefined;
  }
  return { path, version: found.version, source };
}

const cached = ({ cacheDir, version }: Search) =>
  `${cacheDir}/nats-server-v${version}${Deno.build.os === "windows" ? ".exe" : ""}`;

async function fromCache(search: Search): Promise<ProvisionedServer | undefined> {
  const path = cached(search);
  const there = await Deno.stat(path).then(() => true, () => false);
  return there ? await check(search, path, "cache") : undefined;
}

/** With the cache's lock held: looks again, since another process may have fetched it meanwhile, then fetches. */
async function fetchOnce(search: Search): Promise<ProvisionedServer> {
  await Deno.mkdir(search.cacheDir, { recursive: true });
  await using _lock = await lockCache(search.cacheDir, {
    onWait: () => search.onProgress("Another process is getting nats-server: waiting for it"),
    ...(search.signal === undefined ? {} : { signal: search.signal }),
  });
  // on the same file system as the cache, so that the rename at the end is atomic
  const work = await Deno.makeTempDir({ dir: search.cacheDir, prefix: ".getting-" });
  try {
    return await fromCache(search) ??
      await attempt(search, "release", () => release(search, work)) ??
      await attempt(search, "go", () => build(search, work)) ??
      fail(search);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Runs one way of getting the program, proves what it got, and puts it into the cache. */
async function attempt(
  search: Search,
  source: "release" | "go",
  get: () => Promise<string>,
): Promise<ProvisionedServer | undefined> {
  try {
    const fresh = await get();
    const server = await check(search, fresh, source);
    if (server === undefined) return undefined;
    await Deno.rename(fresh, cached(search));
    search.onProgress(`nats-server ${server.version} is ready`);
    return { ...server, path: cached(search) };
  } catch (error) {
    search.signal?.throwIfAborted();
    const line = `${source === "go" ? "go install" : "official release"}: ${messageOf(error)}`;
    search.tried.push(line);
    search.onProgress(line);
    return undefined;
  }
}

async function release(search: Search, work: string): Promise<string> {
  const program = await downloadRelease({
    version: search.version,
    baseUrl: search.releaseUrl ?? RELEASE_URL,
    stallTimeoutMs: search.stallTimeoutMs ?? 20_000,
    onProgress: search.onProgress,
    ...(search.signal === undefined ? {} : { signal: search.signal }),
  });
  const path = `${work}/nats-server${Deno.build.os === "windows" ? ".exe" : ""}`;
  await Deno.writeFile(path, program, { mode: 0o755 });
  return path;
}

function build(search: Search, work: string): Promise<string> {
  return goInstall({
    version: search.version,
    env: search.env,
    binDir: work,
    goDirs: search.goDirs ?? ["/usr/local/go/bin"],
    onProgress: search.onProgress,
    ...(search.signal === undefined ? {} : { signal: search.signal }),
  });
}

function fail(search: Search): never {
  throw notFound(search);
}

function notFound({ tooOld, tried, version }: Search): PatchbayError {
  return new PatchbayError(
    tooOld ? "NATS_SERVER_TOO_OLD" : "NATS_SERVER_MISSING",
    `Cannot find a nats-server of version ${LEAST_VERSION} or newer. Tried:\n${
      tried.map((line) => `  ${line}`).join("\n")
    }`,
    {
      context: { tried, least: LEAST_VERSION },
      remedy: `Put nats-server ${LEAST_VERSION} or newer first on the PATH: take ${version} from ` +
        `https://github.com/nats-io/nats-server/releases, or run ` +
        `\`go install github.com/nats-io/nats-server/v2@v${version}\`; or name it in PATCHBAY_NATS_SERVER.`,
    },
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function defaultCacheDir(env: Record<string, string>): string {
  const own = env["PATCHBAY_CACHE"];
  if (own !== undefined && own !== "") return own;
  const home = env["HOME"] ?? env["USERPROFILE"] ?? ".";
  if (Deno.build.os === "windows") return `${env["LOCALAPPDATA"] ?? `${home}/AppData/Local`}/patchbay`;
  if (Deno.build.os === "darwin") return `${home}/Library/Caches/patchbay`;
  return `${env["XDG_CACHE_HOME"] ?? `${home}/.cache`}/patchbay`;
}
