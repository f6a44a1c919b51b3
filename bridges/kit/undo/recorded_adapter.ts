/** An adapter whose every command is noted: what it left in the application's undo history, and what a person did meanwhile. */
import type { AppManifest, Id, StateCause } from "@patchbay/contracts";
import type { Adapter, AdapterCall, AdapterHost, UndoGroup } from "../adapter.ts";
import { movesInHistory } from "../batches/inverse.ts";
import type { UndoHistory } from "./undo_history.ts";

/** The event by which applications tell of a person's change. */
const HUMAN_EDIT = "human_edit";
const BY_HAND = "a person changed something";

export function recordedAdapter<S>(
  adapter: Adapter<S> | ((host: AdapterHost) => Adapter<S>),
  manifest: AppManifest,
  history: UndoHistory,
): (host: AdapterHost) => Adapter<S> {
  return (host) => {
    const watched = listening(host, history);
    const inner = typeof adapter === "function" ? adapter(watched) : adapter;
    return {
      owned: inner.owned ?? false,
      open(): ReturnType<Adapter<S>["open"]> {
        history.forget();
        return inner.open(watched);
      },
      execute: (call) => noted(inner, manifest, history, call),
      snapshot: (signal) => inner.snapshot(signal),
      get group() {
        const { group } = inner;
        return group === undefined
          ? undefined
          : (label: string, signal: AbortSignal, id?: Id) =>
            recordedGroup(history, id, group.call(inner, label, signal, id));
      },
      get stepBack() {
        return inner.stepBack?.bind(inner);
      },
      close: () => inner.close(),
    };
  };
}

/** Whether the application would tell if a person changed something in it. */
export const tellsOfPeople = ({ events }: AppManifest): boolean => Object.hasOwn(events, HUMAN_EDIT);

function listening(host: AdapterHost, history: UndoHistory): AdapterHost {
  return {
    ...host,
    state(cause: StateCause) {
      if (cause === "human") history.barrier(BY_HAND);
      host.state(cause);
    },
    event(name, data, at) {
      if (name === HUMAN_EDIT) history.barrier(BY_HAND);
      host.event(name, data, at);
    },
  };
}

async function noted<S>(
  adapter: Adapter<S>,
  manifest: AppManifest,
  history: UndoHistory,
  call: AdapterCall,
): Promise<unknown> {
  const { command: name, id, live = false } = call;
  const definition = Object.hasOwn(manifest.commands, name) ? manifest.commands[name] : undefined;
  if (definition === undefined || definition.effect === "read") return await adapter.execute(call);
  try {
    const value = await adapter.execute(call);
    if (movesInHistory(name, definition) || name === "redo") history.moved(name);
    else if (live) history.barrier("a link has changed something");
    else if (definition.undo !== "app") history.barrier(`${name} came after it, which the history may hold too`);
    else if (definition.effect === "open") history.barrier(`${name} came after it, which may do anything`);
    else history.did(id);
    return value;
  } catch (error) {
    history.barrier(`${name} came after it, and failed`);
    throw error;
  }
}

async function recordedGroup(
  history: UndoHistory,
  id: Id | undefined,
  opening: Promise<UndoGroup>,
): Promise<UndoGroup> {
  const group = await opening;
  history.beginGroup(id);
  return {
    async close(outcome) {
      let undone = false;
      try {
        return undone = await group.close(outcome);
      } catch (error) {
        history.barrier("a group of commands could not be ended");
        throw error;
      } finally {
        if (outcome === "undo" && !undone) history.barrier("a group of commands was not taken back whole");
        history.endGroup(undone);
      }
    },
  };
}
