/** Reads a manifest file. Whatever is wrong with it is said with its line and field. */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { checkFile, type FileIssue } from "./check.ts";
import { expandEach, type Expanded } from "./expand.ts";
import { ManifestFile } from "./manifest_file.ts";

/** A manifest file, with the files that it names. */
export interface LoadedManifest {
  file: ManifestFile;
  /** The content of each `{ file }` that a message carries, by the name in the manifest file. */
  contents: ReadonlyMap<string, Uint8Array>;
}

const MAX_BYTES = 1024 * 1024;
const MAX_ISSUES = 20;

/** @throws {PatchbayError} `INVALID_CONFIGURATION` with a line for each thing that is wrong */
export async function readManifestFile(path: string): Promise<LoadedManifest> {
  const text = await read(path);
  const file = parseManifestFile(text, basename(path));
  const contents = new Map<string, Uint8Array>();
  for (const name of filesOf(file)) {
    if (isAbsolute(name) || name.split(/[\\/]/).includes("..")) {
      throw refused(`${basename(path)} names ${name}: only files beside it can be sent`);
    }
    contents.set(name, await bytesOf(join(dirname(resolve(path)), name)));
  }
  return { file, contents };
}

/**
 * @param name what it is called in messages: `lights.yaml`
 * @throws {PatchbayError} `INVALID_CONFIGURATION`
 */
export function parseManifestFile(text: string, name: string): ManifestFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  if (document.errors.length > 0) {
    throw wrong(name, document.errors.map(({ message, pos }) => `${place(name, lines, pos[0])} ${message}`));
  }
  let expanded: Expanded;
  try {
    expanded = expandEach(document.toJS({ maxAliasCount: 100 }));
  } catch (error) {
    if (error instanceof RangeError && Array.isArray(error.cause)) {
      throw wrong(name, [said(name, document, lines, { path: error.cause, message: error.message })]);
    }
    throw wrong(name, [`${name}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const { value, origin } = expanded;
  const parsed = ManifestFile.safeParse(value);
  const issues = parsed.success ? checkFile(parsed.data) : parsed.error.issues.flatMap(plainIssues);
  if (!parsed.success || issues.length > 0) {
    const told = issues.map(({ path, message }) => said(name, document, lines, { path: origin(path), message }));
    throw wrong(name, [...new Set(told)]);
  }
  return parsed.data;
}

/** Of the ways in which something could have been right, the one that it is nearest to. */
function plainIssues(issue: z.core.$ZodIssue): FileIssue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return [{ path: [...issue.path], message: issue.message }];
  }
  const inner = issue.errors.map((issues) =>
    issues.flatMap((one) => plainIssues({ ...one, path: [...issue.path, ...one.path] }))
  );
  const depth = (issues: FileIssue[]) => Math.max(0, ...issues.map(({ path }) => path.length));
  const nearest = inner.sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
  return depth(nearest) > issue.path.length || nearest.length === 1
    ? nearest
    : [{ path: [...issue.path], message: issue.message }];
}

function said(name: string, document: Document, lines: LineCounter, { path, message }: FileIssue): string {
  const field = path.map((part) => String(part)).join(".");
  return `${place(name, lines, offsetOf(document, path))} ${field === "" ? "" : `${field}: `}${message}`;
}

/** Where a field is, or what it should be in. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function place(name: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${name}:${line}:${col}:`;
}

function* filesOf(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  if ("file" in value && typeof value.file === "string") yield value.file;
  for (const inner of Object.values(value)) yield* filesOf(inner);
}

async function read(path: string): Promise<string> {
  const bytes = await bytesOf(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refused(`${path} is no text in UTF-8`, cause);
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path).catch((cause) => {
    throw refused(`${path} cannot be read`, cause);
  });
  if (bytes.length > MAX_BYTES) throw refused(`${path} is larger than ${MAX_BYTES} bytes`);
  return bytes;
}

const wrong = (name: string, issues: readonly string[]) => {
  const more = issues.length - MAX_ISSUES;
  const told = [...issues.slice(0, MAX_ISSUES), ...(more > 0 ? [`and ${more} more`] : [])];
  return PatchbayError.of("INVALID_CONFIGURATION", `Cannot use ${name}:\n${told.join("\n")}`, {
    context: { issues: issues.slice(0, MAX_ISSUES) },
    remedy: "Correct these lines; docs/guides/osc.md explains each field.",
  });
};

const refused = (why: string, cause?: unknown) =>
  PatchbayError.of("INVALID_CONFIGURATION", `Cannot use a manifest file: ${why}`, { cause });
