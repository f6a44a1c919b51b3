/** When a server is ready: it has said so itself, to a client that connected. */

/** The part of the server's INFO that is of use here. */
export interface ServerInfo {
  version: string;
  jetstream: boolean;
}

/** Reads the port that the server chose, from the file that it writes once it listens. */
export async function chosenPort(portsDir: string, pid: number, signal: AbortSignal): Promise<number> {
  while (true) {
    for await (const entry of Deno.readDir(portsDir)) {
      if (!entry.name.endsWith(`_${pid}.ports`)) continue;
      const port = firstPort(await Deno.readTextFile(`${portsDir}/${entry.name}`));
      if (port !== undefined) return port;
    }
    await pause(signal);
  }
}

/** `{"nats": ["nats://127.0.0.1:40123"], …}`; `undefined` while it is still being written. */
function firstPort(text: string): number | undefined {
  const match = /"nats":\s*\[\s*"[^"]*:(\d+)"/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** Connects until the server introduces itself. */
export async function serverInfo(hostname: string, port: number, signal: AbortSignal): Promise<ServerInfo> {
  while (true) {
    const info = await introduction(hostname, port, signal);
    if (info?.jetstream === true) return info;
    await pause(signal);
  }
}

async function introduction(hostname: string, port: number, signal: AbortSignal): Promise<ServerInfo | undefined> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname, port, signal });
  } catch {
    return undefined; // not listening yet: the caller's signal bounds how long that may last
  }
  const stop = () => connection.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4096);
    let text = "";
    while (!text.includes("\r\n")) {
      const count = await connection.read(buffer);
      if (count === null || text.length > MAX_INFO_LENGTH) return undefined;
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    return parseInfo(text.slice(0, text.indexOf("\r\n")));
  } catch {
    return undefined;
  } finally {
    signal.removeEventListener("abort", stop);
    if (!signal.aborted) connection.close();
  }
}

const MAX_INFO_LENGTH = 64 * 1024;

function parseInfo(line: string): ServerInfo | undefined {
  if (!line.startsWith("INFO ")) return undefined;
  const info: unknown = JSON.parse(line.slice("INFO ".length));
  if (typeof info !== "object" || info === null) return undefined;
  return {
    version: "version" in info ? String(info.version) : "",
    jetstream: "jetstream" in info && info.jetstream === true,
  };
}

const POLL_MS = 5;

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  signal.throwIfAborted();
}
