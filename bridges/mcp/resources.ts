/** A server's resources, as two queries. */
import { AssetRef, PatchbayError } from "@patchbay/contracts";
import type { AdapterCall, AdapterHost, Transport } from "@patchbay/bridge-kit";
import { z } from "zod";
import { storeBase64, storeFile } from "./stored_file.ts";
import { shownText } from "./untrusted_text.ts";

export const LIST_RESOURCES = "list_resources";
export const READ_RESOURCE = "read_resource";

const about = {
  name: z.string(),
  description: z.string().optional(),
  mediaType: z.string().optional(),
};

export const Resources = z.object({
  resources: z.array(z.object({ uri: z.string(), ...about })),
  templates: z.array(z.object({ uriTemplate: z.string().describe("an RFC 6570 template"), ...about })),
  leftOut: z.number().int().nonnegative().describe("so many more there are"),
});
export type Resources = z.infer<typeof Resources>;

export const ResourceContents = z.object({
  contents: z.array(z.object({
    uri: z.string(),
    mediaType: z.string().optional(),
    text: z.string().optional(),
    file: AssetRef.optional().describe("in the place of text, where it is large or none"),
  })),
});
export type ResourceContents = z.infer<typeof ResourceContents>;

/** So many are listed of each. */
const MAX_LISTED = 500;
/** Longer texts are files, in characters. */
const MAX_TEXT = 48 * 1024;
const MAX_CONTENTS = 50;

const text = z.string().optional().catch(undefined);
const Listed = z.looseObject({
  uri: text,
  uriTemplate: text,
  name: text,
  title: text,
  description: text,
  mimeType: text,
});
const Lists = z.looseObject({ resources: z.array(z.unknown()).catch([]) });
const TemplateLists = z.looseObject({ resourceTemplates: z.array(z.unknown()).catch([]) });
const Read = z.looseObject({
  contents: z.array(z.looseObject({ uri: z.string(), mimeType: text, text, blob: text })).max(MAX_CONTENTS),
});

type Call = Pick<AdapterCall, "signal" | "deadline">;

export async function listResources(call: Call, transport: Transport): Promise<Resources> {
  const { resources } = Lists.parse(await transport.request("resources/list", {}, asked(call)));
  const { resourceTemplates } = TemplateLists.parse(await templates(call, transport));
  const listed = resources.flatMap((item) => {
    const { uri, ...rest } = Listed.safeParse(item).data ?? {};
    return uri === undefined ? [] : [{ uri: uri.slice(0, 2_000), ...shown(uri, rest) }];
  }).sort((a, b) => a.uri < b.uri ? -1 : 1);
  const patterns = resourceTemplates.flatMap((item) => {
    const { uriTemplate, ...rest } = Listed.safeParse(item).data ?? {};
    return uriTemplate === undefined ? [] : [{ uriTemplate: uriTemplate.slice(0, 2_000), ...shown(uriTemplate, rest) }];
  });
  const [kept, others] = [listed.slice(0, MAX_LISTED), patterns.slice(0, MAX_LISTED)];
  return {
    resources: kept,
    templates: others,
    leftOut: listed.length - kept.length + patterns.length - others.length,
  };
}

/** A server that has resources need not have templates. */
async function templates(call: Call, transport: Transport): Promise<unknown> {
  try {
    return await transport.request("resources/templates/list", {}, asked(call));
  } catch (error) {
    if (error instanceof PatchbayError && error.code === "UNKNOWN_COMMAND") return {};
    throw error;
  }
}

function shown(address: string, { name, title, description, mimeType }: z.infer<typeof Listed>) {
  return {
    name: shownText(title ?? name ?? address, 200),
    ...(description === undefined ? {} : { description: shownText(description, 500) }),
    ...(mimeType === undefined ? {} : { mediaType: shownText(mimeType, 100) }),
  };
}

export async function readResource(
  uri: string,
  call: Call,
  transport: Transport,
  host: Pick<AdapterHost, "putAsset">,
): Promise<ResourceContents> {
  const read = Read.safeParse(await transport.request("resources/read", { uri }, asked(call)));
  if (!read.success) throw PatchbayError.of("INVALID_RESULT", "Cannot read the resource: the server's answer is none");
  const contents: ResourceContents["contents"] = [];
  for (const [index, { uri, mimeType, text, blob }] of read.data.contents.entries()) {
    const meta = {
      name: `resource-${index + 1}`,
      mediaType: mimeType ?? (blob === undefined ? "text/plain" : undefined),
    };
    const base = {
      uri: uri.slice(0, 2_000),
      ...(mimeType === undefined ? {} : { mediaType: shownText(mimeType, 100) }),
    };
    if (blob !== undefined) contents.push({ ...base, file: await storeBase64(host, blob, meta) });
    else if (text !== undefined && text.length > MAX_TEXT) {
      contents.push({ ...base, file: await storeFile(host, new TextEncoder().encode(text), meta) });
    } else contents.push({ ...base, text: text ?? "" });
  }
  return { contents };
}

const asked = ({ signal, deadline }: Call) => ({ signal, deadline });
