/** An MCP server over Streamable HTTP: on this machine, or where the configuration says so, over TLS. */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { PatchbayError } from "@patchbay/contracts";
import { applicationAddress } from "../../app_link/loopback.ts";
import { directFetch } from "./direct_fetch.ts";
import { MAX_MESSAGE_BYTES, tooLarge } from "./message_size.ts";

export interface McpEndpoint {
  /** `http://127.0.0.1:13316/mcp` */
  url: string;
  /** The server's own, sent as `Authorization: Bearer`; nothing of the studio's goes there. */
  token?: string;
  /** Whether another machine's address will do; it takes `https:`. @default false */
  remote?: boolean;
}

/**
 * @param onTooLarge called for a message that is not read to its end
 * @throws {PatchbayError} `INVALID_CONFIGURATION`
 */
export function mcpHttp(
  endpoint: McpEndpoint,
  onTooLarge: (error: PatchbayError) => void,
): StreamableHTTPClientTransport {
  const { remote = false, token } = endpoint;
  const url = applicationAddress(endpoint.url, { protocols: remote ? ["https:"] : ["http:", "https:"], remote });
  return new StreamableHTTPClientTransport(url, {
    requestInit: {
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
      // a token goes where it was meant to go
      redirect: "error",
    },
    // what stays on this machine is no proxy's business; another one may be reached through one only
    fetch: async (input, init) => bounded(await (remote ? fetch : directFetch)(input, init), onTooLarge),
  });
}

/** The same answer, whose body fails where a message in it grows too large. */
function bounded(response: Response, onTooLarge: (error: PatchbayError) => void): Response {
  if (response.body === null) return response;
  const isEvents = response.headers.get("content-type")?.includes("text/event-stream") ?? false;
  let length = 0;
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        // an event ends at a line's end: what follows the last one in this chunk may be the next
        const lineEnd = isEvents ? chunk.lastIndexOf(10) : -1;
        length = lineEnd === -1 ? length + chunk.length : chunk.length - lineEnd;
        if (length <= MAX_MESSAGE_BYTES) return controller.enqueue(chunk);
        const error = tooLarge("read", length);
        onTooLarge(error);
        controller.error(error);
      },
    }),
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
