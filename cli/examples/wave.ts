/** Reads the sound of a WAV file (RIFF): PCM of 16, 24 or 32 bits, or 32-bit float, as Live exports it. */

export interface Wave {
  /** Samples a second. */
  rate: number;
  /** All channels as one, -1 to 1. */
  samples: Float32Array;
}

const PCM = 1;
const FLOAT = 3;
/** The real format follows in the chunk. */
const EXTENSIBLE = 0xfffe;

/** `undefined` for what is no WAV, or one of another kind. */
export function readWave(bytes: Uint8Array): Wave | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || text(view, 0) !== "RIFF" || text(view, 8) !== "WAVE") return undefined;
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [kind, size] = [text(view, at), view.getUint32(at + 4, true)];
    const body = at + 8;
    if (kind === "fmt " && size >= 16 && body + size <= bytes.length) format = formatAt(view, body, size);
    if (kind === "data" && format !== undefined) {
      return samplesAt(view, body, Math.min(size, bytes.length - body), format);
    }
    at = body + size + size % 2;
  }
  return undefined;
}

interface Format {
  channels: number;
  rate: number;
  bytes: number;
  read: (view: DataView, at: number) => number;
}

function formatAt(view: DataView, at: number, size: number): Format | undefined {
  const tag = view.getUint16(at, true);
  const kind = tag === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : tag;
  const [channels, rate, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  const read = READERS[`${kind}/${bits}`];
  return read === undefined || channels === 0 || rate === 0 ? undefined : { channels, rate, bytes: bits / 8, read };
}

const READERS: Record<string, Format["read"]> = {
  [`${PCM}/16`]: (view, at) => view.getInt16(at, true) / 2 ** 15,
  [`${PCM}/24`]: (view, at) => (view.getUint8(at) | view.getInt16(at + 1, true) << 8) / 2 ** 23,
  [`${PCM}/32`]: (view, at) => view.getInt32(at, true) / 2 ** 31,
  [`${FLOAT}/32`]: (view, at) => view.getFloat32(at, true),
};

function samplesAt(view: DataView, at: number, size: number, { channels, rate, bytes, read }: Format): Wave {
  const samples = new Float32Array(Math.floor(size / (channels * bytes)));
  for (let i = 0; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += read(view, at + (i * channels + channel) * bytes);
    samples[i] = sum / channels;
  }
  return { rate, samples };
}

const text = (view: DataView, at: number) => String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
