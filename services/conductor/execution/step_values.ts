/** What the steps of a run gave, for as long as a later step refers to it: a run of any length keeps little. */
import { type Bus, getAsset } from "@patchbay/bus";
import {
  AssetRef,
  bindReferences,
  type JsonObject,
  PatchbayError,
  referredSteps,
  type Step,
  type StepId,
  stepReferences,
  type StepResults,
} from "@patchbay/contracts";
import { isOwn } from "./step_document.ts";

/** A value that lies in the object store may be so large to be referred to, in bytes. */
const MAX_ASSET_BYTES = 64 * 1024 * 1024;

/** Whether the reference of an asset stands in the place of a value; of the list that rounds give, of each of its items. */
export type ValueIn = "asset" | readonly ("asset" | undefined)[] | undefined;

interface Kept {
  value: unknown;
  valueIn: ValueIn;
  /** The value itself, once a step has asked for it. */
  loaded?: Promise<unknown>;
}

export class StepValues {
  readonly #bus: Bus;
  readonly #signal: AbortSignal;
  readonly #kept = new Map<StepId, Kept>();
  /** What each step refers to; steps that refer to nothing are left out. */
  readonly #references = new Map<StepId, { steps: ReadonlySet<StepId>; inArgs: boolean }>();
  /** How many steps that have not ended refer to a step. */
  readonly #wanted = new Map<StepId, number>();

  /** @param steps those that have not ended */
  constructor(bus: Bus, steps: Iterable<Step>, signal: AbortSignal) {
    this.#bus = bus;
    this.#signal = signal;
    for (const step of steps) this.expect(step);
  }

  /** How many values are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** A step will ask for what it refers to. */
  expect(step: Step): void {
    if (isOwn(step)) return;
    const references = stepReferences(step);
    const inArgs = references.args.length + references.items.length > 0;
    const steps = referredSteps(references);
    if (inArgs || steps.size > 0) this.#references.set(step.id, { steps, inArgs });
    for (const id of steps) this.#wanted.set(id, (this.#wanted.get(id) ?? 0) + 1);
  }

  /** A step has succeeded. */
  keep(id: StepId, value: unknown, valueIn?: ValueIn): void {
    if (this.#wanted.has(id)) this.#kept.set(id, { value, valueIn });
  }

  /** A step has ended: it asks for nothing more. */
  release(step: Step): void {
    for (const id of this.#references.get(step.id)?.steps ?? []) {
      const left = (this.#wanted.get(id) ?? 0) - 1;
      if (left > 0) this.#wanted.set(id, left);
      else {
        this.#wanted.delete(id);
        this.#kept.delete(id);
      }
    }
    this.#references.delete(step.id);
  }

  /** Whether something in a step's arguments is filled in before it is sent. */
  isBound({ id }: Step): boolean {
    return this.#references.get(id)?.inArgs === true;
  }

  /**
   * The results that a step refers to; those that were too large to travel are fetched.
   * @throws {PatchbayError} `PLAN_INVALID` for one that is gone, or too large to be taken apart here
   */
  async resultsFor(step: Step): Promise<StepResults> {
    const results = new Map<StepId, unknown>();
    for (const id of this.#references.get(step.id)?.steps ?? []) {
      const kept = this.#kept.get(id);
      if (kept === undefined) continue;
      results.set(id, kept.valueIn === undefined ? kept.value : await (kept.loaded ??= this.#load(id, kept)));
    }
    return results;
  }

  /**
   * A step's arguments with what they refer to.
   * @param round of a step with `forEach`: its item
   * @throws {PatchbayError} `PLAN_INVALID`
   */
  async bind(step: Step, round?: { item: unknown }): Promise<JsonObject> {
    if (!this.isBound(step)) return step.args;
    return bindReferences(step.args, await this.resultsFor(step), round);
  }

  async #load(id: StepId, { value, valueIn }: Kept): Promise<unknown> {
    if (!Array.isArray(valueIn) || !Array.isArray(value)) return (await this.#loadAssets(id, [value]))[0];
    const places = valueIn.flatMap((isIn, i) => isIn === undefined ? [] : [i]);
    const loaded = await this.#loadAssets(id, places.map((i) => value[i]));
    const list = [...value];
    for (const [n, i] of places.entries()) list[i] = loaded[n];
    return list;
  }

  async #loadAssets(id: StepId, values: readonly unknown[]): Promise<unknown[]> {
    const refs = values.map((value) => AssetRef.parse(value));
    const bytes = refs.reduce((sum, { size }) => sum + size, 0);
    const refuse = (why: string) =>
      PatchbayError.of("PLAN_INVALID", `Cannot refer to the result of step '${id}': ${why}`, {
        context: { step: id, assets: refs.slice(0, 10).map(({ id }) => id), bytes },
        remedy: "Let the step give less, or let it store what is large as a file of its own, and refer to that.",
      });
    if (bytes > MAX_ASSET_BYTES) throw refuse(`it has ${bytes} bytes, at most ${MAX_ASSET_BYTES} are taken apart`);
    const loaded: unknown[] = [];
    for (const ref of refs) {
      const found = await getAsset(this.#bus, ref.id, { signal: this.#signal });
      if (found === undefined) throw refuse("it was too large for a message, and the asset that held it is gone");
      loaded.push(JSON.parse(await new Response(found.content).text()));
    }
    return loaded;
  }
}
