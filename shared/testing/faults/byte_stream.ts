/** The faults of a connection on a byte stream in this process: a Unix socket, a pipe, a child's standard streams. */
import { type ByteStream, closing } from "@patchbay/bridge-kit";
import type { FaultDirection } from "./fault_plan.ts";
import { pumpBytes } from "./byte_pump.ts";
import type { Faults } from "./faults.ts";

export interface FaultyStreamOptions {
  faults: Faults;
  /** In the history. @default "stream" */
  name?: string;
  /** Whose end of the stream this is: what the application reads goes up. @default "application" */
  end?: "application" | "bridge";
}

/** The same stream in bad weather. Closing it closes the one inside. */
export function faultyStream(inner: ByteStream, options: FaultyStreamOptions): ByteStream {
  const { faults, name = "stream", end = "application" } = options;
  const [reads, writes]: [FaultDirection, FaultDirection] = end === "application" ? ["up", "down"] : ["down", "up"];
  const over = new AbortController();
  const close = closing(() => {
    over.abort();
    scheduled[Symbol.dispose]();
    inner.close();
  });
  const scheduled = faults.onChange((begun) => {
    if (begun?.fromMs === undefined || begun.fault !== "cut" && begun.fault !== "reset") return;
    faults.record(name, begun.fault);
    close();
  });
  const carry = async (
    source: ReadableStream<Uint8Array<ArrayBuffer>>,
    writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>,
    direction: FaultDirection,
  ) => {
    writer.closed.catch(() => {});
    const lane = faults.lane(`${name} ${direction}`);
    const sink = (chunk: Uint8Array<ArrayBuffer>) => writer.write(chunk);
    const ended = await pumpBytes({ source, sink, lane, direction, signal: over.signal });
    // whoever is gone already needs no end
    if (ended === "ended" || ended === "cut") await writer.close().catch(() => {});
    else await writer.abort(new Error(`the stream was ${ended}`)).catch(() => {});
    if (ended !== "ended") close();
  };
  const [received, sent] = [new TransformStream(), new TransformStream()];
  void carry(inner.readable, received.writable.getWriter(), reads);
  void carry(sent.readable, inner.writable.getWriter(), writes);
  return { readable: received.readable, writable: sent.writable, close };
}
