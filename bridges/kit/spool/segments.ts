/**
 * The files of one lane of the spool: messages are appended to the last one, and a file goes once all of it is delivered.
 *
 * A write is in the system's hands at once, so it survives the end of this process however it comes. It is on the disk
 * 100 ms later: that much a power failure can take, and only of what waits for a bus that is away at the same time. To
 * wait for the disk at each message would hold the application up for milliseconds.
 */
import { join } from "node:path";
import type { PackedMessage } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { decodeRecord, decodeRecords, encodeRecord } from "./records.ts";

const SYNC_MS = 100;
/** Which record of which file is the first that is not delivered: number and count, 32 bits each, big-endian. */
const CURSOR_BYTES = 8;
const log = logger("bridge");

interface Segment {
  number: number;
  path: string;
  file: Deno.FsFile;
  bytes: number;
  /** Records that were written, and how many of them, from the first, need not be kept. */
  written: number;
  done: number;
  /** Whether something was written since it was last synced. */
  dirty: boolean;
}

/** Where a message lies. */
export interface Place {
  segment: Segment;
  offset: number;
  length: number;
}

export class Segments implements AsyncDisposable {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #segments: Segment[] = [];
  #cursor: Deno.FsFile | undefined;
  #next = 1;
  #syncing: Promise<void> | undefined;
  #syncTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param segmentBytes a file that is larger is followed by another one */
  constructor(folder: string, segmentBytes: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
  }

  /** On the disk, delivered or not. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get oldest(): Segment | undefined {
    return this.#segments[0];
  }

  /** What an earlier process has left, in order. */
  recover(): { message: PackedMessage; place: Place }[] {
    const found: { message: PackedMessage; place: Place }[] = [];
    const numbers = namesIn(this.#folder).flatMap((name) => /^\d+\.log$/.test(name) ? [Number.parseInt(name)] : []);
    const cursor = this.#readCursor();
    this.#next = cursor.number + 1;
    for (const number of numbers.sort((a, b) => a - b)) {
      this.#next = number + 1;
      const path = this.#pathOf(number);
      if (number < cursor.number) {
        Deno.removeSync(path);
        continue;
      }
      const bytes = Deno.readFileSync(path);
      const segment = { number, path, file: open(path), bytes: bytes.length, written: 0, done: 0, dirty: false };
      let end = 0;
      for (const { offset, length, message } of decodeRecords(bytes)) {
        segment.written++;
        end = offset + length;
        if (number === cursor.number && segment.written <= cursor.count) segment.done++;
        else found.push({ message, place: { segment, offset, length } });
      }
      if (end < bytes.length) {
        log.warn("{path} ends with {bytes} bytes of a message that was not written whole", {
          path,
          bytes: bytes.length - end,
        });
      }
      this.#segments.push(segment);
    }
    this.#removeDone(true);
    return found;
  }

  /** Appends messages. @throws where the disk refuses */
  append(messages: readonly PackedMessage[]): Place[] {
    const places: Place[] = [];
    let pending: Uint8Array[] = [];
    let segment = this.#current();
    let { bytes } = segment;
    const flush = () => {
      if (pending.length > 0) writeAll(segment, join8(pending));
      // only now: a file of which more is counted than it holds is never done
      segment.written += pending.length;
      pending = [];
    };
    for (const message of messages) {
      if (bytes >= this.#segmentBytes) {
        flush();
        segment = this.#begin();
        bytes = 0;
      }
      const record = encodeRecord(message);
      places.push({ segment, offset: bytes, length: record.length });
      pending.push(record);
      bytes += record.length;
    }
    flush();
    this.#syncSoon();
    return places;
  }

  /** Reads a message again. */
  read({ segment, offset, length }: Place): PackedMessage | undefined {
    const bytes = new Uint8Array(length);
    segment.file.seekSync(offset, Deno.SeekMode.Start);
    for (let read = 0; read < length;) {
      const count = segment.file.readSync(bytes.subarray(read));
      if (count === null) return undefined;
      read += count;
    }
    return decodeRecord(bytes);
  }

  /** These need not be kept any longer: the first of those that do. @param nothingLeft the lane waits for nothing more */
  settle(places: readonly Place[], nothingLeft: boolean): void {
    if (places.length === 0) return;
    for (const { segment } of places) segment.done++;
    this.#removeDone(nothingLeft);
    const [first] = this.#segments;
    if (first !== undefined) this.#writeCursor(first);
  }

  #current(): Segment {
    return this.#segments.at(-1) ?? this.#begin();
  }

  #begin(): Segment {
    Deno.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const number = this.#next++;
    const path = this.#pathOf(number);
    const segment = { number, path, file: open(path), bytes: 0, written: 0, done: 0, dirty: false };
    this.#segments.push(segment);
    return segment;
  }

  #pathOf(number: number): string {
    return join(this.#folder, `${String(number).padStart(10, "0")}.log`);
  }

  #removeDone(nothingLeft: boolean): void {
    const last = this.#segments.at(-1);
    for (const segment of [...this.#segments]) {
      if (segment.done < segment.written || segment === last && !nothingLeft) continue;
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      segment.file.close();
      remove(segment.path);
    }
  }

  #writeCursor({ number, done }: Segment): void {
    const bytes = new Uint8Array(CURSOR_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, number);
    view.setUint32(4, done);
    this.#cursor ??= open(join(this.#folder, "cursor"));
    this.#cursor.seekSync(0, Deno.SeekMode.Start);
    this.#cursor.writeSync(bytes);
  }

  #readCursor(): { number: number; count: number } {
    try {
      const bytes = Deno.readFileSync(join(this.#folder, "cursor"));
      const view = new DataView(bytes.buffer);
      return bytes.length === CURSOR_BYTES
        ? { number: view.getUint32(0), count: view.getUint32(4) }
        : { number: 0, count: 0 };
    } catch (error) {
      unlessAbsent(this.#folder, error);
      return { number: 0, count: 0 };
    }
  }

  #syncSoon(): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#syncing = this.#sync();
    }, SYNC_MS);
  }

  async #sync(): Promise<void> {
    await Promise.all(
      this.#segments.filter(({ dirty }) => dirty).map(async (segment) => {
        const { file, path } = segment;
        segment.dirty = false;
        // it may have been delivered, and be gone, meanwhile
        await file.syncData().catch((error) => log.debug("{path} was not synced: {error}", { path, error }));
      }),
    );
  }

  /** Leaves what is not delivered for the next process. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#syncTimer);
    await this.#syncing;
    await this.#sync();
    for (const { file } of this.#segments) file.close();
    this.#cursor?.close();
    if (this.#segments.length === 0) remove(join(this.#folder, "cursor"));
  }
}

/** The names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    unlessAbsent(folder, error);
    return [];
  }
}

/** What cannot be read is as if it were not there: the bridge must run all the same. */
function unlessAbsent(path: string, error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) log.error("{path} cannot be read: {error}", { path, error });
}

const open = (path: string) => Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    // what cannot be removed is found again at the next start
    unlessAbsent(path, error);
  }
}

function writeAll(segment: Segment, bytes: Uint8Array): void {
  segment.file.seekSync(segment.bytes, Deno.SeekMode.Start);
  for (let written = 0; written < bytes.length;) written += segment.file.writeSync(bytes.subarray(written));
  segment.bytes += bytes.length;
  segment.dirty = true;
}

function join8(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
