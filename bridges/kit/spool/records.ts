/** How a message lies in a spool file: length, checksum, subject and headers as a line of JSON, content. */
import { crc32 } from "./crc32.ts";
import type { PackedMessage } from "@patchbay/bus";
import { z } from "zod";

/** Length and CRC-32 of what follows, each 32 bits, big-endian. */
const PREFIX_BYTES = 8;
const NEWLINE = "\n".charCodeAt(0);
/** More than any message that the bus takes: a length beyond it is none. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const Line = z.object({ subject: z.string().min(1), headers: z.record(z.string(), z.string()) });

export interface FoundRecord {
  /** Where it begins in the file. */
  offset: number;
  /** With its prefix. */
  length: number;
  message: PackedMessage;
}

export function encodeRecord({ subject, headers, data }: PackedMessage): Uint8Array {
  const line = encoder.encode(JSON.stringify({ subject, headers }) + "\n");
  const record = new Uint8Array(PREFIX_BYTES + line.length + data.length);
  record.set(line, PREFIX_BYTES);
  record.set(data, PREFIX_BYTES + line.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, record.length - PREFIX_BYTES);
  view.setUint32(4, crc32(record.subarray(PREFIX_BYTES)));
  return record;
}

/** The whole records of a file, in order. What follows the first that is not whole is left out: a process died while it wrote. */
export function* decodeRecords(bytes: Uint8Array): Iterable<FoundRecord> {
  for (let offset = 0; offset < bytes.length;) {
    const message = decodeRecord(bytes.subarray(offset));
    if (message === undefined) return;
    const length = PREFIX_BYTES + new DataView(bytes.buffer, bytes.byteOffset + offset).getUint32(0);
    yield { offset, length, message };
    offset += length;
  }
}

/** The record at the beginning of these bytes; `undefined` where it is torn or damaged. */
export function decodeRecord(bytes: Uint8Array): PackedMessage | undefined {
  if (bytes.length < PREFIX_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = view.getUint32(0);
  if (length > MAX_RECORD_BYTES || bytes.length < PREFIX_BYTES + length) return undefined;
  const body = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length);
  if (crc32(body) !== view.getUint32(4)) return undefined;
  const end = body.indexOf(NEWLINE);
  try {
    const line = Line.parse(JSON.parse(decoder.decode(body.subarray(0, end))));
    return { ...line, data: body.slice(end + 1) };
  } catch {
    // written by something else
    return undefined;
  }
}
