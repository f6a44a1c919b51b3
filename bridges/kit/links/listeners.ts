/** Who listens to one source. */
import type { Sample, SourceListener } from "./source_feed.ts";

export class Listeners {
  readonly #all = new Set<SourceListener>();
  #failure: string | undefined;

  add(listener: SourceListener): void {
    this.#all.add(listener);
    if (this.#failure !== undefined) listener.failed(this.#failure);
  }

  /** Whether nobody is left. */
  remove(listener: SourceListener): boolean {
    this.#all.delete(listener);
    return this.#all.size === 0;
  }

  sample(sample: Sample): void {
    for (const listener of this.#all) listener.sample(sample);
  }

  failed(error: unknown): void {
    this.#failure = error instanceof Error ? error.message : String(error);
    for (const listener of this.#all) listener.failed(this.#failure);
  }
}
