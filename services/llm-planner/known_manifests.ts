/**
 * Manifests come over the bus with each request, and hardly ever change: the same object for the same content, so that
 * what was made of one, such as its compiled phrases and schemas, is found again.
 */
import type { AppName, ManifestDocument } from "@patchbay/contracts";

/** Of so many applications, those that came last. */
const LIMIT = 100;

export class KnownManifests {
  readonly #byApp = new Map<AppName, { text: string; manifest: ManifestDocument }>();

  /** The object that came first with this content. */
  same(manifest: ManifestDocument): ManifestDocument {
    const text = JSON.stringify(manifest);
    const known = this.#byApp.get(manifest.app);
    const one = known?.text === text ? known : { text, manifest };
    this.#byApp.delete(manifest.app);
    this.#byApp.set(manifest.app, one);
    const [oldest] = this.#byApp.keys();
    if (oldest !== undefined && this.#byApp.size > LIMIT) this.#byApp.delete(oldest);
    return one.manifest;
  }
}
