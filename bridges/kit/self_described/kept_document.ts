/** What an application offered when it was here last: announced again before it is back. */
import { ManifestDocument } from "@patchbay/contracts";
import { join } from "node:path";

const fileIn = (workDir: string) => join(workDir, "manifest.json");

/** `undefined` where there is none of this application that can be read. */
export async function keptDocument(workDir: string, app: string): Promise<ManifestDocument | undefined> {
  try {
    const { data } = ManifestDocument.safeParse(JSON.parse(await Deno.readTextFile(fileIn(workDir))));
    return data?.app === app ? data : undefined;
  } catch (error) {
    // half a file is as good as none: the application says it again
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function keepDocument(workDir: string, document: ManifestDocument): Promise<void> {
  const path = fileIn(workDir);
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, JSON.stringify(document), { mode: 0o600, createNew: true });
  await Deno.rename(draft, path);
}
