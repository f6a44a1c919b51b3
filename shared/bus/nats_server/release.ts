/** The official release: download, checksum, unpacking. */
import { extractFile } from "./zip.ts";

export interface ReleaseOptions {
  version: string;
  /** Without a slash at the end; `/v<version>/<file>` follows. */
  baseUrl: string;
  /** How long a download may stand still, in milliseconds. */
  stallTimeoutMs: number;
  signal?: AbortSignal;
  onProgress: (line: string) => void;
}

const OS_NAMES: Partial<Record<typeof Deno.build.os, string>> = {
  linux: "linux",
  darwin: "darwin",
  windows: "windows",
  freebsd: "freebsd",
};
const ARCH_NAMES: Record<typeof Deno.build.arch, string> = { x86_64: "amd64", aarch64: "arm64" };
const MAX_ARCHIVE_BYTES = 128 * 1024 * 1024;
const MAX_PROGRAM_BYTES = 256 * 1024 * 1024;
const MAX_SUMS_BYTES = 256 * 1024;

/** @example `releaseAsset("2.15.1") // "nats-server-v2.15.1-linux-amd64.zip"` */
export function releaseAsset(version: string, os = Deno.build.os, arch = Deno.build.arch): string {
  const system = OS_NAMES[os];
  if (system === undefined) throw new Error(`there is no release for ${os}`);
  return `nats-server-v${version}-${system}-${ARCH_NAMES[arch]}.zip`;
}

/**
 * The program, with its checksum verified.
 * @throws {Error} saying what did not work
 */
export async function downloadRelease(options: ReleaseOptions): Promise<Uint8Array> {
  const { version, onProgress } = options;
  const asset = releaseAsset(version);
  const base = `${options.baseUrl}/v${version}`;
  onProgress(`Downloading ${asset}`);
  const sums = new TextDecoder().decode(await download(`${base}/SHA256SUMS`, MAX_SUMS_BYTES, options));
  const expected = findSum(sums, asset);
  if (expected === undefined) throw new Error(`SHA256SUMS has no line for ${asset}`);
  const archive = await download(`${base}/${asset}`, MAX_ARCHIVE_BYTES, options, onProgress);
  const actual = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();
  if (actual !== expected) throw new Error(`${asset} has the SHA-256 ${actual}, expected ${expected}`);
  return await extractFile(archive, Deno.build.os === "windows" ? "nats-server.exe" : "nats-server", MAX_PROGRAM_BYTES);
}

/** Lines as `sha256sum` writes them: `<hex>  <file>`, with a `*` before a binary file's name. */
function findSum(sums: string, asset: string): string | undefined {
  for (const line of sums.split("\n")) {
    const match = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(line);
    if (match?.[2] === asset) return match[1]?.toLowerCase();
  }
  return undefined;
}

async function download(
  url: string,
  maxBytes: number,
  { stallTimeoutMs, signal }: ReleaseOptions,
  onProgress?: (line: string) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const stalled = new AbortController();
  const stall = () => stalled.abort(new Error(`${url} stood still for ${stallTimeoutMs} ms`));
  let timer = setTimeout(stall, stallTimeoutMs);
  try {
    const response = await fetch(url, {
      signal: signal === undefined ? stalled.signal : AbortSignal.any([stalled.signal, signal]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url} answered ${response.status}`);
    }
    const total = Number(response.headers.get("content-length") ?? "0");
    const report = progressReport(total, onProgress);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(stall, stallTimeoutMs);
      length += chunk.length;
      if (length > maxBytes) throw new Error(`${url} has more than ${maxBytes} bytes`);
      chunks.push(chunk);
      report(length);
    }
    if (total > 0 && length < total) throw new Error(`${url} broke off after ${length} of ${total} bytes`);
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}

/** One line a quarter. */
function progressReport(total: number, onProgress?: (line: string) => void): (length: number) => void {
  let quarter = 0;
  return (length) => {
    const reached = total > 0 ? Math.floor(4 * length / total) : 0;
    if (reached <= quarter) return;
    quarter = reached;
    onProgress?.(`  ${(length / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`);
  };
}
