/** Which manifest file an argument means, and what it says otherwise: `lights.yaml?host=10.0.0.5&port=7700`, `supercollider`. */
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import type { ManifestFile } from "./manifest_file/manifest_file.ts";
import { type LoadedManifest, readManifestFile } from "./manifest_file/read.ts";
import { SHIPPED, shippedPath } from "./shipped.ts";

const Port = z.coerce.number().int().min(1).max(65_535);
const Overrides = z.strictObject({
  host: z.string().min(1).optional(),
  port: Port.optional(),
  localPort: Port.optional(),
});

/** @throws {PatchbayError} `INVALID_CONFIGURATION` */
export async function findManifest(argument: string): Promise<LoadedManifest> {
  const [name = "", query = ""] = argument.split(/\?(?=[a-zA-Z]+=)/, 2);
  const shipped = SHIPPED.find((one) => one === name);
  const loaded = await readManifestFile(shipped === undefined ? name : shippedPath(shipped));
  const overrides = Overrides.safeParse(Object.fromEntries(new URLSearchParams(query)));
  if (!overrides.success) {
    throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot use '${query}': ${z.prettifyError(overrides.error)}`, {
      remedy: "Write osc:lights.yaml?host=10.0.0.5&port=7700&localPort=7701, with what shall differ from the file.",
    });
  }
  const file: ManifestFile = { ...loaded.file, ...withoutAbsent(overrides.data) };
  return { ...loaded, file };
}

const withoutAbsent = ({ host, port, localPort }: z.infer<typeof Overrides>): Partial<ManifestFile> => ({
  ...(host === undefined ? {} : { host }),
  ...(port === undefined ? {} : { port }),
  ...(localPort === undefined ? {} : { localPort }),
});
