/** Makes small zip archives for the tests beside it. */

/** An archive with a folder, and one deflated file in it. */
export async function zipOf(path: string, content: string): Promise<Uint8Array<ArrayBuffer>> {
  const data = new TextEncoder().encode(content);
  const packed = new Uint8Array(
    await new Response(new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer(),
  );
  const folder = `${path.split("/")[0]}/`;
  const files = [
    { name: new TextEncoder().encode(folder), method: 0, packed: new Uint8Array(), size: 0 },
    { name: new TextEncoder().encode(path), method: 8, packed, size: data.length },
  ];
  const locals: Uint8Array<ArrayBuffer>[] = [];
  const entries: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const file of files) {
    const local = header(30, 0x04034b50, file, 8, 18, 26);
    const entry = header(46, 0x02014b50, file, 10, 20, 28);
    new DataView(entry.buffer).setUint32(42, offset, true);
    locals.push(local, file.packed);
    entries.push(entry);
    offset += local.length + file.packed.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(10, files.length, true);
  end.setUint32(16, offset, true);
  return new Uint8Array(await new Blob([...locals, ...entries, end]).arrayBuffer());
}

function header(
  length: number,
  signature: number,
  file: { name: Uint8Array; method: number; packed: Uint8Array; size: number },
  methodAt: number,
  sizesAt: number,
  nameLengthAt: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length + file.name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  view.setUint16(methodAt, file.method, true);
  view.setUint32(sizesAt, file.packed.length, true);
  view.setUint32(sizesAt + 4, file.size, true);
  view.setUint16(nameLengthAt, file.name.length, true);
  bytes.set(file.name, length);
  return bytes;
}
