/**
 * What lies on top of the undo history of an application that cannot be asked: the commands of this bridge in their order,
 * for as long as nothing else came between. It knows less than the application: where it is not sure, nothing lies on top.
 */
import type { Id } from "@patchbay/contracts";
import type { HistoryDirection } from "../adapter.ts";

/** Commands that are one step together. */
interface OpenGroup {
  id: Id | undefined;
  /** Whether a command left something in it. */
  changed: boolean;
  /** Something else came into it. */
  disturbed: string | undefined;
}

const NOTHING_YET = "it was not this bridge that changed something last";

export class UndoHistory {
  #done: (Id | undefined)[] = [];
  #undone: (Id | undefined)[] = [];
  #group: OpenGroup | undefined;
  #why = NOTHING_YET;
  /** A step through the history is on its way, and whether something came between. */
  #walking: { disturbed: boolean } | undefined;

  /** A command of this bridge left one step: it lies on top. */
  did(id: Id | undefined): void {
    if (this.#group !== undefined) {
      this.#group.changed = true;
      return;
    }
    this.#done.push(id);
    this.#undone = [];
    this.#why = "another command lies on top";
  }

  /** Something else lies on top, or may: what is under it can be reached no more. @param why goes on after "since" */
  barrier(why: string): void {
    if (this.#group !== undefined) this.#group.disturbed ??= why;
    if (this.#walking !== undefined) this.#walking.disturbed = true;
    this.#done = [];
    this.#undone = [];
    this.#why = why;
  }

  /** The application was opened: of its history nothing is known. */
  forget(): void {
    this.#group = undefined;
    this.barrier(NOTHING_YET);
  }

  /** Commands that follow are one step together. */
  beginGroup(id: Id | undefined): void {
    this.#group = { id, changed: false, disturbed: undefined };
  }

  /** @param undone whether all of it was taken back, and no step is left */
  endGroup(undone: boolean): void {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined || undone) return;
    if (group.disturbed !== undefined) this.barrier(group.disturbed);
    else if (group.changed) this.did(group.id);
  }

  /** A command moved in the history without being asked to by {@linkcode walk}. */
  moved(name: string): void {
    if (this.#walking === undefined) this.barrier(`${name} has moved in the undo history`);
  }

  /** Why the command cannot be reached; `undefined` where it lies on top. Goes on after "since". */
  whyNot(direction: HistoryDirection, id: Id): string | undefined {
    const steps = direction === "undo" ? this.#done : this.#undone;
    if (this.#group === undefined && steps.at(-1) === id) return undefined;
    return direction === "undo" ? this.#why : "something else happened after it was taken back";
  }

  /** Takes the step that lies on top. @param step the application's own step. Its failure leaves nothing known */
  async walk(direction: HistoryDirection, step: () => Promise<unknown>): Promise<void> {
    const walking = this.#walking = { disturbed: false };
    try {
      await step();
    } catch (error) {
      this.barrier(`its own ${direction} has failed`);
      throw error;
    } finally {
      this.#walking = undefined;
    }
    const [from, to] = direction === "undo" ? [this.#done, this.#undone] : [this.#undone, this.#done];
    if (!walking.disturbed) to.push(from.pop());
  }
}
