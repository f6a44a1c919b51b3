/** What can be taken back: whole documents, one a command, or one for all commands of a group. */
import type { HistoryDirection, SteppedBack } from "@patchbay/bridge-kit";
import { BEYOND_SIMULATOR } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { type Document, emptyDocument } from "./document.ts";

/** As many steps as Blender can take back, unless it is told otherwise. */
const MAX_UNDO_STEPS = 32;

interface Group {
  label: string;
  /** What its step is known by. */
  id: string | undefined;
  /** What its end goes back to. */
  before: Document;
  /** Whether that takes back all that happened since it began. */
  whole: boolean;
}

/** What a step goes back or forth to, and the command that it belongs to. */
interface Step {
  document: Document;
  id: string | undefined;
}

export class UndoHistory {
  #document: Document;
  /** Whether there may be more steps than are known. */
  #unknown: { back: boolean; forth: boolean };
  #past: Step[] = [];
  #future: Step[] = [];
  #group: Group | undefined;
  /** What the last value of a link left: while nothing else happens, the next one is part of the same step. */
  #live: Document | undefined;

  /** @param document what is open at first: it was somebody else's before, and has a history that nobody knows */
  constructor(document?: Document) {
    this.#document = document ?? emptyDocument();
    this.#unknown = { back: document !== undefined, forth: document !== undefined };
  }

  get document(): Document {
    return this.#document;
  }

  /** One step, unless a group is open; the values of a link in a row are one step too. */
  commit(draft: Document, { live = false, id }: { live?: boolean | undefined; id?: string | undefined } = {}): void {
    draft.file = { ...draft.file, dirty: true };
    const goesOn = live && this.#live === this.#document;
    if (this.#group === undefined && !goesOn) this.#push(this.#document, live ? undefined : id);
    this.#future = [];
    this.#unknown = { ...this.#unknown, forth: false };
    this.#document = draft;
    this.#live = live ? draft : undefined;
  }

  /** A step that no command made: a group cannot take back that it happened. */
  commitByHand(draft: Document): void {
    if (this.#group !== undefined) this.#group.whole = false;
    this.commit(draft);
  }

  /** Another document in place of the present one, and its history with it. */
  replace(document: Document): void {
    this.#past = [];
    this.#future = [];
    this.#unknown = { back: false, forth: false };
    this.#document = document;
    if (this.#group !== undefined) this.#group = { ...this.#group, before: document, whole: false };
  }

  /** @throws {PatchbayError} `COMMAND_FAILED` where there are not so many */
  undo(steps: number): { steps: number } {
    return this.#walk("back", steps);
  }

  /** @throws {PatchbayError} `COMMAND_FAILED` where there are not so many */
  redo(steps: number): { steps: number } {
    return this.#walk("forth", steps);
  }

  /** Whoever walks by steps knows them no more by their commands. */
  #walk(direction: "back" | "forth", steps: number): { steps: number } {
    const walked = this.#step(direction, steps);
    for (const step of [...this.#past, ...this.#future]) step.id = undefined;
    return walked;
  }

  /** @throws {PatchbayError} `CONFLICT` where another group is open */
  beginGroup(label: string, id?: string): void {
    if (this.#group !== undefined) {
      throw PatchbayError.of("CONFLICT", `Cannot begin '${label}': '${this.#group.label}' has not ended`);
    }
    this.#group = { label, id, before: this.#document, whole: true };
  }

  /** Answers whether all of it was taken back. @throws {PatchbayError} `CONFLICT` where no group is open */
  endGroup(outcome: "keep" | "undo"): boolean {
    const group = this.#group;
    if (group === undefined) throw PatchbayError.of("CONFLICT", "Cannot end the group: none is open");
    this.#group = undefined;
    if (outcome === "undo") {
      this.#document = group.before;
      return group.whole;
    }
    if (this.#document !== group.before) this.#push(group.before, group.whole ? group.id : undefined);
    return false;
  }

  /** One command back or forth by its id: only where it lies on top. */
  stepBack(direction: HistoryDirection, id: string): SteppedBack {
    const forth = direction === "redo";
    if (this.#group !== undefined) return { moved: false, reason: "a group of commands is open" };
    if ((forth ? this.#future : this.#past).at(-1)?.id !== id) {
      const since = forth
        ? "something else was changed after it was taken back"
        : "something else was changed after it";
      return { moved: false, reason: since };
    }
    this.#step(forth ? "forth" : "back", 1);
    return { moved: true };
  }

  /** The link is gone: what was done in an open group stays, as one step. */
  leaveGroup(): void {
    if (this.#group !== undefined) this.endGroup("keep");
  }

  #push(document: Document, id?: string): void {
    this.#past = [...this.#past, { document, id }].slice(-MAX_UNDO_STEPS);
  }

  #step(direction: "back" | "forth", steps: number): { steps: number } {
    const group = this.#group;
    // whoever walks in the middle of a group makes a step of what was done so far
    if (group !== undefined && this.#document !== group.before) {
      this.#push(group.before);
      this.#group = { ...group, before: this.#document, whole: false };
    }
    const [source, target] = direction === "forth" ? [this.#future, this.#past] : [this.#past, this.#future];
    if (source.length < steps) {
      throw new PatchbayError("COMMAND_FAILED", `Cannot take ${steps} step(s): there are ${source.length}`, {
        context: { available: source.length, ...(this.#unknown[direction] ? BEYOND_SIMULATOR : {}) },
      });
    }
    for (let i = 0; i < steps; i++) {
      const { document, id } = source.pop()!;
      target.push({ document: this.#document, id });
      this.#document = document;
    }
    if (group !== undefined) this.#group = { ...group, before: this.#document, whole: false };
    return { steps };
  }
}
