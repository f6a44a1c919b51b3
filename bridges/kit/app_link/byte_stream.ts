/** What carries frames: both directions of a socket, a pipe or a child's standard streams. */
export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Ends both directions; may be called twice. */
  close(): void;
}

/** A stream over one of Deno's connections. */
export function connectionStream(connection: Deno.Conn): ByteStream {
  return { readable: connection.readable, writable: connection.writable, close: closing(() => connection.close()) };
}

/** A stream over a child's standard output and input. */
export function childStream(
  child: { stdin: WritableStream<Uint8Array<ArrayBuffer>>; stdout: ReadableStream<Uint8Array<ArrayBuffer>> },
  close: () => void,
): ByteStream {
  return { readable: child.stdout, writable: child.stdin, close: closing(close) };
}

/** Closes once; what the other side has closed already is no fault. */
export function closing(close: () => void): () => void {
  let closed = false;
  return () => {
    if (closed) return;
    closed = true;
    try {
      close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  };
}
