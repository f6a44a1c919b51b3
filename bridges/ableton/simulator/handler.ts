/** What handlers have in common: their shape, and the four addresses of each property. */
import type { OscArgument } from "@patchbay/bridge-kit";
import type { Listeners } from "./listeners.ts";
import type { Properties } from "./properties.ts";
import type { SimulatedSet } from "./set.ts";
import { attribute } from "./python.ts";
import { type Argument, echoed, out } from "./wire.ts";

/** @returns what is answered, or nothing @throws {PythonError} */
export type Handler = (args: readonly Argument[]) => readonly OscArgument[] | undefined;
export type Handlers = Map<string, Handler>;

export interface HandlerContext {
  set: SimulatedSet;
  listeners: Listeners;
  handlers: Handlers;
  /** What was shown in the status bar. */
  messages: string[];
  version: readonly [number, number];
  /** Whether it can what the published script cannot. */
  extended: boolean;
}

export interface PropertyOptions<T> {
  /** `track` */
  name: string;
  properties: Properties<T>;
  /** How many leading arguments say which object. */
  ids: number;
  find(args: readonly Argument[]): T;
  /** What does not change while the object is the same one. */
  identity(target: T): string;
  /** The same object again; `undefined` once it is gone. */
  again(target: T): T | undefined;
  /** For `*` in the place of the id: set and listen reach all of them. */
  all?(args: readonly Argument[]): readonly T[];
  /** Extra arguments come back behind the value; a part of the mixer does not do that. @default true */
  echoes?: boolean;
  strict?: boolean;
}

/** The four addresses of each property. */
export function propertyHandlers<T>(context: HandlerContext, options: PropertyOptions<T>): void {
  const { set, listeners, handlers } = context;
  const { name, properties, ids, find, identity, again, all, echoes = true, strict = false } = options;
  const targets = (args: readonly Argument[]) => {
    const [first] = args;
    return all !== undefined && first?.type === "s" && first.value === "*" ? all(args) : [find(args)];
  };
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  for (const [property, { get, set: write, silent, unheard }] of Object.entries(properties)) {
    handlers.set(`/live/${name}/get/${property}`, (args) => {
      // of `*`, the script answers for the first one only
      const [target] = targets(args);
      if (target === undefined) return undefined;
      const front = args.slice(0, ids).map((argument) => echoedId(argument));
      return [...front, get(target), ...(echoes ? args.slice(ids).map(echoed) : [])];
    });
    if (write !== undefined) {
      handlers.set(`/live/${name}/set/${property}`, (args) => {
        for (const target of targets(args)) {
          const change = () => write(again(target) ?? target, args[ids]);
          if (silent === true) change();
          else if (JSON.stringify(get(target)) !== JSON.stringify(preview(target, args[ids]))) set.edit(change);
        }
        return undefined;
      });
      // a value that is there already leaves no step of undo; whether it is legal is asked all the same
      const preview = (target: T, value: Argument | undefined): OscArgument => {
        const copy = structuredClone(set.document);
        const real = set.document;
        set.document = copy;
        try {
          const shadow = again(target) ?? target;
          write(shadow, value);
          return get(shadow);
        } finally {
          set.document = real;
        }
      };
    }
    handlers.set(`/live/${name}/start_listen/${property}`, (args) => {
      for (const target of targets(args)) {
        if (unheard === true) throw attribute(type, `add_${property}_listener`);
        const value = () => {
          const now = again(target);
          return now === undefined ? undefined : [get(now)];
        };
        listeners.start(`${name} ${property}`, args, {
          object: identity(target),
          read: value,
          reports: [{ address: `/live/${name}/get/${property}`, read: value }],
          strict,
        });
      }
      return undefined;
    });
    handlers.set(`/live/${name}/stop_listen/${property}`, (args) => {
      for (const target of targets(args)) {
        listeners.stop(`${name} ${property}`, args, { object: identity(target), strict });
      }
      return undefined;
    });
  }
}

/** `int(params[0])`: what came as a float goes back as an integer. */
export function echoedId(argument: Argument): OscArgument {
  if (argument.type === "f" || argument.type === "d") return out.int(Math.trunc(argument.value));
  return argument.type === "s" && argument.value === "*" ? out.int(0) : echoed(argument);
}
