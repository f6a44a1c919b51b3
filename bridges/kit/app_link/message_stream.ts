/** What carries whole messages: frames in a stream of bytes, or a WebSocket, which has messages of its own. */
import { PatchbayError } from "@patchbay/contracts";
import type { ByteStream } from "./byte_stream.ts";
import { encodeFrame, FrameDecoder } from "./frames.ts";

export interface MessageStream {
  /** Each message as it comes, parsed. Ends with the stream; throws a {@linkcode PatchbayError} for what is no message. */
  readonly messages: AsyncIterable<unknown>;
  /** Resolves once it is on its way. @throws {PatchbayError} `PAYLOAD_TOO_LARGE`, and the stream lives on; anything else: it is broken */
  send(message: unknown): Promise<void>;
  /** What comes may be so large from now on, in bytes. */
  allow(maxBytes: number): void;
  /** Ends both directions; may be called twice. */
  close(): void;
}

export interface MessageListener extends AsyncDisposable {
  /** What a rendezvous file says. */
  readonly address: string;
  /** Ends when the listener is disposed. */
  readonly streams: AsyncIterable<MessageStream>;
}

/** Messages in the LSP base protocol's frames. */
export function framedStream(stream: ByteStream): MessageStream {
  const decoder = new FrameDecoder();
  const writer = stream.writable.getWriter();
  // a broken pipe is reported by the write that meets it
  writer.closed.catch(() => {});
  return {
    messages: decoded(stream, decoder),
    send: async (message) => await writer.write(encodeFrame(message)),
    allow: (maxBytes) => void (decoder.maxBytes = maxBytes),
    close: () => stream.close(),
  };
}

async function* decoded({ readable }: ByteStream, decoder: FrameDecoder): AsyncGenerator<unknown> {
  for await (const chunk of readable) yield* decoder.push(chunk);
  if (!decoder.atBoundary) throw linkGone("it ended within a frame");
}

export function linkGone(why: string, cause?: unknown): PatchbayError {
  return PatchbayError.of("APP_NOT_CONNECTED", `The application's link is gone: ${why}`, { cause });
}
