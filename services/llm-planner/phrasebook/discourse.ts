/** What an instruction has spoken of so far: the things that "it", "the cube" and "there" can mean. */
import type { AppName, BridgeId, CommandName, Json, StepId } from "@patchbay/contracts";

/** A thing that exists in an application, or will once the steps before have run. */
export interface Thing {
  app: AppName;
  /** Its name, or a reference to the step that makes it. */
  value: Json;
  /** What it can be called, in lower case: "cube", "red". */
  words: ReadonlySet<string>;
  /** Its names, as they were given. */
  names: readonly string[];
  /** What kinds of thing it is, where the application's state tells. */
  kinds?: ReadonlySet<string>;
  /** Nobody knows of it: it is only said like a name. */
  guessed?: true;
  /** The step that makes it, and its command. */
  step?: StepId;
  command?: CommandName;
}

/** A file that a step will have made. */
export interface MadeFile {
  value: Json;
  words: ReadonlySet<string>;
}

export interface Discourse {
  /** The last mentioned comes last. */
  things: readonly Thing[];
  /** What "it" means. */
  focus: Thing | undefined;
  /** What was made last. */
  made: Thing | undefined;
  files: readonly MadeFile[];
  /** The last place that was named, by argument: what "there" means. */
  places: ReadonlyMap<string, unknown>;
  /** The bridge that the plan uses of each application. */
  bridges: ReadonlyMap<AppName, BridgeId>;
  lastApp: AppName | undefined;
}

export const NOTHING_SAID: Discourse = {
  things: [],
  focus: undefined,
  made: undefined,
  files: [],
  places: new Map(),
  bridges: new Map(),
  lastApp: undefined,
};

/** The things with one more; one that was mentioned before moves to the end. */
export function mention(things: readonly Thing[], thing: Thing): Thing[] {
  const key = keyOf(thing);
  return [...things.filter((other) => keyOf(other) !== key), thing];
}

export function isSame(a: Thing, b: Thing): boolean {
  return keyOf(a) === keyOf(b);
}

const keys = new WeakMap<Thing, string>();

/** The same for the same thing; worked out once, as long instructions have many. */
function keyOf(thing: Thing): string {
  const key = keys.get(thing) ?? `${thing.app} ${JSON.stringify(thing.value)}`;
  keys.set(thing, key);
  return key;
}
