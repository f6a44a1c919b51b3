/** What a tool answers, as the value of a command: text as text, pictures and sounds as assets. */
import { AssetRef, PatchbayError } from "@patchbay/contracts";
import type { AdapterHost } from "@patchbay/bridge-kit";
import { z } from "zod";
import { storeBase64 } from "./stored_file.ts";
import { shownText } from "./untrusted_text.ts";

/** The value of a tool that says nothing about its answers. */
export const McpAnswer = z.object({
  text: z.string().describe("all that it says, in its own words"),
  files: z.array(AssetRef).describe("pictures, sounds, and other files"),
  links: z.array(z.object({ uri: z.string(), name: z.string() })).describe("resources that it points to"),
  structured: z.unknown().optional().describe("what it says as data"),
  leftOut: z.number().int().positive().optional().describe("so many parts of its answer are not here"),
});
export type McpAnswer = z.infer<typeof McpAnswer>;

const MAX_PARTS = 100;

const Part = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.enum(["image", "audio"]), data: z.string(), mimeType: z.string().optional() }),
  z.looseObject({ type: z.literal("resource_link"), uri: z.string(), name: z.string().optional() }),
  z.looseObject({
    type: z.literal("resource"),
    resource: z.union([
      z.looseObject({ uri: z.string(), text: z.string() }),
      z.looseObject({ uri: z.string(), blob: z.string(), mimeType: z.string().optional() }),
    ]),
  }),
]);
type Part = z.infer<typeof Part>;

const Answer = z.looseObject({ content: z.array(z.unknown()).default([]), structuredContent: z.unknown().optional() });

/**
 * @param structured whether it is to answer as its output schema says; whether it does is checked by the manifest
 * @throws {PatchbayError} `INVALID_RESULT`; `STORAGE_FULL`, `BUS_UNAVAILABLE`
 */
export async function valueOf(
  answer: unknown,
  { command, structured }: { command: string; structured: boolean },
  host: Pick<AdapterHost, "putAsset">,
): Promise<unknown> {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw lie(command, "it is no answer of a tool");
  const { content, structuredContent } = parsed.data;
  if (structured) {
    if (structuredContent !== undefined) return structuredContent;
    throw lie(command, "it has an output schema, and answers without structured content");
  }
  const parts = content.slice(0, MAX_PARTS).flatMap((part) => Part.safeParse(part).data ?? []);
  const value: McpAnswer = { text: "", files: [], links: [] };
  for (const [index, part] of parts.entries()) await add(value, part, `${command}-${index + 1}`, host);
  if (structuredContent !== undefined) value.structured = structuredContent;
  if (parts.length < content.length) value.leftOut = content.length - parts.length;
  return value;
}

async function add(value: McpAnswer, part: Part, name: string, host: Pick<AdapterHost, "putAsset">): Promise<void> {
  switch (part.type) {
    case "text":
      return void (value.text = joined(value.text, part.text));
    case "image":
    case "audio":
      return void value.files.push(await storeBase64(host, part.data, { name, mediaType: part.mimeType }));
    case "resource_link":
      return void value.links.push({ uri: part.uri.slice(0, 2_000), name: shownText(part.name ?? part.uri, 200) });
    case "resource":
      if ("text" in part.resource) return void (value.text = joined(value.text, String(part.resource.text)));
      return void value.files.push(
        await storeBase64(host, String(part.resource.blob), { name, mediaType: mediaTypeOf(part.resource) }),
      );
  }
}

const mediaTypeOf = (resource: { mimeType?: unknown }) =>
  typeof resource.mimeType === "string" ? resource.mimeType : undefined;

const joined = (text: string, more: string) => text === "" ? more : `${text}\n${more}`;

const lie = (command: string, why: string) =>
  PatchbayError.of("INVALID_RESULT", `Cannot read what ${command} answers: ${why}`);
