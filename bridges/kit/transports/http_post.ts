/** One POST to a program on this machine: no proxy, no redirect, no more than is allowed. */
import { Buffer } from "node:buffer";
import { type Agent, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { PatchbayError } from "@patchbay/contracts";

/** The largest body, in bytes, in either direction. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface PostOptions {
  agent: Agent;
  headers: Record<string, string>;
  signal: AbortSignal;
}

export interface PostAnswer {
  status: number;
  body: Uint8Array;
}

/** Nobody listens: what was to be sent has reached nobody. */
const ABSENT = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EADDRNOTAVAIL"]);

/**
 * The browser's `fetch` would send it through the proxy that the environment names.
 * @throws {PatchbayError} `APP_NOT_CONNECTED` where nobody listens, `APP_CRASHED` where the answer does not come to its end,
 * `PAYLOAD_TOO_LARGE`; the signal's reason
 */
export async function post(url: URL, body: Uint8Array, { agent, headers, signal }: PostOptions): Promise<PostAnswer> {
  signal.throwIfAborted();
  if (body.length > MAX_BODY_BYTES) throw tooLarge("send", body.length);
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(url, {
    method: "POST",
    agent,
    headers: { ...headers, "content-type": "application/json", "content-length": String(body.length) },
  });
  const abort = () => {
    reject(signal.reason);
    request.destroy();
  };
  signal.addEventListener("abort", abort, { once: true });
  request.on("error", (cause: Error) => reject(broken(url, cause)));
  request.on("response", (response: IncomingMessage) => {
    collect(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), (cause) => {
      reject(cause instanceof PatchbayError ? cause : broken(url, cause));
      request.destroy();
    });
  });
  request.end(body);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function collect(response: IncomingMessage): Promise<Uint8Array> {
  const announced = Number(response.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge("read", announced);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLarge("read", length);
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error("the answer broke off");
  return Buffer.concat(chunks);
}

function broken({ origin }: URL, cause: Error & { code?: string }): PatchbayError {
  if (ABSENT.has(cause.code ?? "")) {
    return PatchbayError.of("APP_NOT_CONNECTED", `Cannot reach the application: nobody listens on ${origin}`, {
      cause,
      remedy: `Start the application and its server on ${origin}, or tell the bridge where it listens.`,
    });
  }
  const why = `The application on ${origin} did not finish its answer: ${cause.message}`;
  return PatchbayError.of("APP_CRASHED", why, { cause });
}

const tooLarge = (verb: "send" | "read", length: number) =>
  new PatchbayError(
    "PAYLOAD_TOO_LARGE",
    `Cannot ${verb} ${length} bytes over the application's HTTP link: at most ${MAX_BODY_BYTES}`,
  );
