/** glTF 2.0, as one text file with its buffer inside or as GLB: positions, triangles, base colours, node names and places. */
import { z } from "zod";
import type { Rgb } from "../../manifest/colors.ts";
import type { Vector } from "../../manifest/values.ts";
import { fromYUp, type Part, toYUp, triangles } from "./parts.ts";

const FLOAT = 5126;
const UINT32 = 5125;
const INDEX_READERS: Record<number, [bytes: number, read: (view: DataView, at: number) => number]> = {
  5121: [1, (view, at) => view.getUint8(at)],
  5123: [2, (view, at) => view.getUint16(at, true)],
  [UINT32]: [4, (view, at) => view.getUint32(at, true)],
};

const GLB_MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;
const DATA_URI = "data:application/octet-stream;base64,";

export function writeGltf(parts: readonly Part[]): Uint8Array {
  const { json, binary } = build(parts);
  const buffers = [{ byteLength: binary.length, uri: DATA_URI + binary.toBase64() }];
  return new TextEncoder().encode(JSON.stringify({ ...json, buffers }));
}

export function writeGlb(parts: readonly Part[]): Uint8Array {
  const { json, binary } = build(parts);
  const text = padded(
    new TextEncoder().encode(JSON.stringify({ ...json, buffers: [{ byteLength: binary.length }] })),
    32,
  );
  const all = new Uint8Array(12 + 8 + text.length + 8 + binary.length);
  const view = new DataView(all.buffer);
  [GLB_MAGIC, 2, all.length, text.length, JSON_CHUNK].forEach((value, i) => view.setUint32(i * 4, value, true));
  all.set(text, 20);
  view.setUint32(20 + text.length, binary.length, true);
  view.setUint32(24 + text.length, BINARY_CHUNK, true);
  all.set(binary, 28 + text.length);
  return all;
}

/** To a multiple of four bytes. */
function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const all = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(filler);
  all.set(bytes);
  return all;
}

function build(parts: readonly Part[]) {
  const chunks: Uint8Array[] = [];
  let byteOffset = 0;
  const bufferViews: object[] = [];
  const accessors: object[] = [];
  const store = (values: Float32Array | Uint32Array, accessor: object) => {
    const bytes = new Uint8Array(values.buffer);
    bufferViews.push({ buffer: 0, byteOffset, byteLength: bytes.length });
    accessors.push({ ...accessor, bufferView: bufferViews.length - 1 });
    chunks.push(bytes);
    byteOffset += bytes.length;
    return accessors.length - 1;
  };
  const materials: object[] = [];
  const meshes = parts.map(({ name, mesh, color }) => {
    const points = mesh.vertices.map(toYUp);
    const corners = triangles(mesh).flat();
    const range = (pick: (...values: number[]) => number) =>
      [0, 1, 2].map((i) => pick(...points.map((p) => Math.fround(p[i]!))));
    const position = store(new Float32Array(points.flat()), {
      componentType: FLOAT,
      count: points.length,
      type: "VEC3",
      min: range(Math.min),
      max: range(Math.max),
    });
    const indices = store(new Uint32Array(corners), { componentType: UINT32, count: corners.length, type: "SCALAR" });
    if (color !== undefined) materials.push({ pbrMetallicRoughness: { baseColorFactor: [...color, 1] } });
    const material = color === undefined ? {} : { material: materials.length - 1 };
    return { name, primitives: [{ attributes: { POSITION: position }, indices, ...material }] };
  });
  const nodes = parts.map(({ name, location }, mesh) => ({ name, mesh, translation: toYUp(location) }));
  const binary = new Uint8Array(byteOffset);
  let at = 0;
  for (const chunk of chunks) {
    binary.set(chunk, at);
    at += chunk.length;
  }
  const json = {
    asset: { version: "2.0", generator: "Patchbay's Blender simulator" },
    scene: 0,
    scenes: [{ nodes: nodes.map((_, i) => i) }],
    nodes,
    meshes,
    ...(materials.length === 0 ? {} : { materials }),
    bufferViews,
    accessors,
  };
  return { json, binary };
}

const index = z.number().int().nonnegative();
const three = z.tuple([z.number(), z.number(), z.number()]);

const Gltf = z.looseObject({
  nodes: z.array(z.looseObject({
    name: z.string().optional(),
    mesh: index.optional(),
    translation: three.default([0, 0, 0]),
    scale: three.default([1, 1, 1]),
  })),
  meshes: z.array(z.looseObject({
    primitives: z.array(z.looseObject({
      attributes: z.looseObject({ POSITION: index }),
      indices: index.optional(),
      material: index.optional(),
    })).min(1),
  })),
  materials: z.array(z.looseObject({
    pbrMetallicRoughness: z.looseObject({ baseColorFactor: z.array(z.number()).min(3).optional() }).optional(),
  })).default([]),
  accessors: z.array(
    z.looseObject({ bufferView: index, byteOffset: index.default(0), componentType: index, count: index }),
  ),
  bufferViews: z.array(z.looseObject({ byteOffset: index.default(0), byteStride: index.optional() })),
  buffers: z.array(z.looseObject({ uri: z.string().optional() })),
});
type Gltf = z.infer<typeof Gltf>;

/** @throws for what is no glTF, or refers to what it does not have */
export function readGltf(content: Uint8Array): Part[] {
  const gltf = Gltf.parse(JSON.parse(new TextDecoder().decode(content)));
  const uri = gltf.buffers[0]?.uri ?? "";
  if (!uri.startsWith("data:")) throw new RangeError("its buffer is another file");
  return read(gltf, Uint8Array.fromBase64(uri.slice(uri.indexOf(",") + 1)));
}

/** @throws for what is no GLB */
export function readGlb(content: Uint8Array): Part[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  if (view.getUint32(0, true) !== GLB_MAGIC) throw new RangeError("it does not begin like a GLB file");
  const end = 20 + view.getUint32(12, true);
  const gltf = Gltf.parse(JSON.parse(new TextDecoder().decode(content.subarray(20, end))));
  return read(gltf, content.subarray(end + 8));
}

function read(gltf: Gltf, binary: Uint8Array): Part[] {
  const view = new DataView(binary.buffer, binary.byteOffset, binary.byteLength);
  return gltf.nodes.flatMap(({ name, mesh, translation, scale }) => {
    const [first] = mesh === undefined ? [] : at(gltf.meshes, mesh).primitives;
    if (first === undefined) return [];
    const points = positions(gltf, view, first.attributes.POSITION)
      .map((point) => fromYUp(point.map((value, i) => value * scale[i]!) as Vector));
    const corners = first.indices === undefined ? points.map((_, i) => i) : indices(gltf, view, first.indices);
    if (corners.some((i) => i >= points.length)) throw new RangeError("a triangle has a corner that does not exist");
    const faces = Array.from({ length: Math.floor(corners.length / 3) }, (_, i) => corners.slice(i * 3, i * 3 + 3));
    const material = first.material === undefined ? undefined : at(gltf.materials, first.material);
    const color = material?.pbrMetallicRoughness?.baseColorFactor?.slice(0, 3) as Rgb | undefined;
    return [{
      name: name ?? "Mesh",
      location: fromYUp(translation),
      mesh: { vertices: points, faces },
      ...(color && { color }),
    }];
  });
}

function at<T>(items: readonly T[], i: number): T {
  const item = items[i];
  if (item === undefined) throw new RangeError(`it refers to entry ${i} of ${items.length}`);
  return item;
}

function positions(gltf: Gltf, view: DataView, accessor: number): Vector[] {
  const { bufferView, byteOffset, count, componentType } = at(gltf.accessors, accessor);
  if (componentType !== FLOAT) throw new RangeError("its positions are not floats");
  const { byteOffset: start, byteStride = 12 } = at(gltf.bufferViews, bufferView);
  return Array.from({ length: count }, (_, i) => {
    const place = start + byteOffset + i * byteStride;
    return [view.getFloat32(place, true), view.getFloat32(place + 4, true), view.getFloat32(place + 8, true)];
  });
}

function indices(gltf: Gltf, view: DataView, accessor: number): number[] {
  const { bufferView, byteOffset, count, componentType } = at(gltf.accessors, accessor);
  const [bytes, readIndex] = INDEX_READERS[componentType] ?? [0, () => 0];
  if (bytes === 0) throw new RangeError(`it has indices of type ${componentType}`);
  const start = at(gltf.bufferViews, bufferView).byteOffset + byteOffset;
  return Array.from({ length: count }, (_, i) => readIndex(view, start + i * bytes));
}
