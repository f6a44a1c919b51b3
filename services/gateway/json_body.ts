/** Reads a JSON body of bounded size. */
import { jsonDepth, MAX_JSON_DEPTH, PatchbayError, ValidationError } from "@patchbay/contracts";
import { HttpRefusal } from "./refusal.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE`, also for a body that does not say its length
 * @throws {ValidationError} `INVALID_REQUEST` for what is no JSON, or nests too deep
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type === null || !JSON_TYPE.test(type)) {
    throw new HttpRefusal(415, "INVALID_REQUEST", "Cannot read body: its Content-Type is not application/json", {
      remedy: "Send JSON with the header `Content-Type: application/json`.",
    });
  }
  const value = parseJson(await readBytes(request, maxBytes));
  if (jsonDepth(value) > MAX_JSON_DEPTH) {
    const message = `nests deeper than ${MAX_JSON_DEPTH} levels`;
    throw new ValidationError("INVALID_REQUEST", `Cannot read body: it ${message}`, {
      issues: [{ path: [], message }],
    });
  }
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    const message = cause instanceof SyntaxError ? cause.message : "it is not UTF-8";
    throw new ValidationError("INVALID_REQUEST", `Cannot read body: ${message}`, {
      cause,
      issues: [{ path: [], message }],
    });
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes);
    const bytes = await request.bytes();
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

export function tooLarge(maxBytes: number): PatchbayError {
  return new PatchbayError("PAYLOAD_TOO_LARGE", `Cannot read body: it is larger than ${maxBytes} bytes`, {
    context: { maxBytes },
  });
}
