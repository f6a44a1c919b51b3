/** Takes one file out of a zip archive (PKWARE APPNOTE 6.3), in memory; only what nats-server's releases use. */

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_LENGTH = 22;
const STORED = 0;
const DEFLATED = 8;

/**
 * The content of the file whose base name is `name`.
 * @throws {Error} when the archive is broken, has no such file, or one of more than `maxBytes`
 */
export async function extractFile(archive: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  const decoder = new TextDecoder();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== ENTRY_SIGNATURE) throw new Error("the archive's directory is broken");
    const nameLength = view.getUint16(at + 28, true);
    const path = decoder.decode(archive.subarray(at + 46, at + 46 + nameLength));
    if (path.split("/").at(-1) === name) return await inflate(archive, view, at, maxBytes);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  throw new Error(`the archive has no file '${name}'`);
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - END_LENGTH; at >= Math.max(0, view.byteLength - END_LENGTH - 0xffff); at--) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  throw new Error("this is not a zip archive");
}

async function inflate(archive: Uint8Array, view: DataView, entry: number, maxBytes: number): Promise<Uint8Array> {
  const method = view.getUint16(entry + 10, true);
  const packed = view.getUint32(entry + 20, true);
  const size = view.getUint32(entry + 24, true);
  if (size > maxBytes) throw new Error(`the file has ${size} bytes, more than ${maxBytes}`);
  const header = view.getUint32(entry + 42, true);
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  const data = archive.slice(start, start + packed);
  if (method === STORED) return data;
  if (method !== DEFLATED) throw new Error(`the file is packed by method ${method}, not by deflate`);
  const content = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"))) {
    if (filled + chunk.length > size) throw new Error("the file is longer than the archive says");
    content.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== size) throw new Error("the file is shorter than the archive says");
  return content;
}
