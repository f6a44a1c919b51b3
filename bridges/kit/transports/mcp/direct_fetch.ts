/** `fetch` for a server on this machine. The system's own sends everything through the proxy that the environment names. */
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";

/** To these statuses belongs no body. */
const BARE: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** Follows no redirect: a token goes where it was meant to go. @throws {TypeError} where nobody answers, as `fetch` does */
export async function directFetch(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const asked = new Request(input, init);
  const { method, url, headers, signal } = asked;
  const body = new Uint8Array(await asked.arrayBuffer());
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const length = body.length === 0 ? {} : { "content-length": String(body.length) };
  const request = send(url, { method, agent: false, headers: { ...Object.fromEntries(headers), ...length }, signal });
  const { host } = new URL(url);
  request.on("error", (cause) => {
    reject(signal.aborted ? signal.reason : new TypeError(`${host} does not answer: ${cause.message}`, { cause }));
  });
  request.on("response", (response: IncomingMessage) => {
    const { statusCode: status = 502 } = response;
    if (status >= 300 && status < 400) {
      response.destroy();
      return reject(new TypeError(`${host} wants to send the bridge elsewhere (${status})`));
    }
    if (BARE.has(status)) response.resume();
    resolve(new Response(BARE.has(status) ? null : bytesOf(response), { status, headers: headersOf(response) }));
  });
  request.end(body.length === 0 ? undefined : body);
  return await promise;
}

function bytesOf(response: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = Readable.toWeb(response).getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.read();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel: (reason) => chunks.cancel(reason),
  }, { highWaterMark: 0 });
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return headers;
}
