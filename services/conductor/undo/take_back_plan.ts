/** The plan of an undo or a redo, from what was changed. Pure. */
import {
  type AppName,
  BATCH_COMMAND,
  type CommandDocument,
  commandOf,
  findReferences,
  type Id,
  type JsonObject,
  type ManifestDocument,
  PlanBatch,
  type Presence,
  type StepId,
  type TakeBack,
  type UndoPreview,
} from "@patchbay/contracts";
import type { Change, TakeBackStep } from "./changes.ts";

export interface TakeBackWorld {
  manifests: ReadonlyMap<AppName, ManifestDocument>;
  /** Who is here now. */
  presence(app: AppName, bridge: string): Pick<Presence, "session"> | undefined;
  /** Inverse commands that whoever asks may not run, by {@linkcode inverseKey}, and why. @default none */
  refused?: ReadonlyMap<string, string>;
}

/** The command that takes a command back, beside or without the application's own history. */
export function inverseOf(
  document: CommandDocument | undefined,
): { command: string; args?: JsonObject | undefined } | undefined {
  return typeof document?.undo === "object" ? document.undo : document?.inverse;
}

/** The inverse commands of what was done: of a batch, those of all its commands. */
export function inversesOf(
  { app, done: { command, args } }: Pick<Change, "app" | "done">,
  manifests: TakeBackWorld["manifests"],
): string[] {
  const batch = command === BATCH_COMMAND ? PlanBatch.safeParse(args) : undefined;
  const commands = batch?.success === true ? batch.data.commands.map(({ command }) => command) : [command];
  return commands.flatMap((command) => inverseOf(commandOf({ app, command }, manifests))?.command ?? []);
}

export const inverseKey = (app: AppName, command: string) => `${app} ${command}`;

/** The changes that an undo of some steps takes back: theirs, and those of all steps that need them. */
export function withDependents(changes: readonly Change[], only: readonly StepId[] | undefined): Change[] {
  if (only === undefined) return [...changes];
  const taken = new Set(only);
  // a step is done after what it needs: one pass is enough
  for (const { stepId, needs } of changes) if (needs.some((id) => taken.has(id))) taken.add(stepId);
  return changes.filter(({ stepId }) => taken.has(stepId));
}

/**
 * The steps that take changes back, the last first: on each bridge strictly in that order, as the application's own history
 * has it, and nowhere before what needed it.
 * @param changes in the order in which they were done
 */
export function undoSteps(
  changes: readonly Change[],
  { manifests, refused }: Pick<TakeBackWorld, "manifests" | "refused">,
): TakeBackStep[] {
  const neededBy = new Map<StepId, string[]>();
  const backwards = changes.toReversed();
  return chained(backwards, "_undo", ({ stepId, needs }, id) => {
    for (const need of needs) listOf(neededBy, need).push(id);
    return neededBy.get(stepId) ?? [];
  }).map((step, i) => {
    const { inverse: _, ...args } = pruned(step.args, step.app, manifests);
    const inverses = inversesOf(backwards[i]!, manifests);
    const isRefused = inverses.some((command) => refused?.has(inverseKey(step.app, command)));
    return { ...step, args: isRefused ? { ...args, inverse: false } : args };
  });
}

/** The steps that do again what was taken back, in the order in which it was done first. */
export function redoSteps(changes: readonly Change[]): TakeBackStep[] {
  const doneBy = new Map<StepId, string[]>();
  return chained(changes, "_redo", ({ stepId, needs }, id) => {
    listOf(doneBy, stepId).push(id);
    return needs.flatMap((need) => need === stepId ? [] : doneBy.get(need) ?? []);
  });
}

/** @param waitsFor the steps that the one with this id must come after */
function chained(
  changes: readonly Change[],
  command: "_undo" | "_redo",
  waitsFor: (change: Change, id: string) => readonly string[],
): TakeBackStep[] {
  const lastOn = new Map<string, string>();
  return changes.map((change, i) => {
    const { stepId, round, needs, app, bridge, done } = change;
    const id = `${command === "_undo" ? "u" : "r"}${i + 1}`;
    const address = `${app}.${bridge}`;
    const last = lastOn.get(address);
    lastOn.set(address, id);
    return {
      id,
      app,
      bridge,
      command,
      args: { ...done },
      dependsOn: [...new Set([...last === undefined ? [] : [last], ...waitsFor(change, id)])],
      onError: "continue",
      of: { stepId, needs, ...(round === undefined ? {} : { round }) },
    };
  });
}

function listOf(lists: Map<StepId, string[]>, key: StepId): string[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/**
 * Of a result, an inverse command needs what it refers to only, and what its effect is read back by: a plan that took much
 * back would not fit into a message.
 */
function pruned(args: JsonObject, app: AppName, manifests: TakeBackWorld["manifests"]): JsonObject {
  const { command, value } = args as TakeBack;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return args;
  // a batch is taken back by its items
  if (command === BATCH_COMMAND) return args;
  const document = commandOf({ app, command }, manifests);
  if (document === undefined) return args;
  const texts = [...findReferences([inverseOf(document)?.args, document.verify])].map(({ text }) => text);
  if (texts.includes("result")) return args;
  const keys = new Set(texts.flatMap((text) => /^result\.([^.]+)/.exec(text)?.[1] ?? []));
  return { ...args, value: Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key))) };
}

/** What can be said before: what the manifest allows, and whether the application is still the one that did it. */
export function previewOf(runId: Id, changes: readonly Change[], world: TakeBackWorld): UndoPreview {
  return {
    runId,
    steps: changes.toReversed().map((change) => ({
      stepId: change.stepId,
      ...(change.round === undefined ? {} : { round: change.round }),
      app: change.app,
      bridge: change.bridge,
      command: change.done.command,
      ...outlook(change, world),
    })),
  };
}

function outlook({ app, bridge, done }: Change, { manifests, presence, refused }: TakeBackWorld) {
  const document = commandOf({ app, command: done.command, args: done.args }, manifests);
  if (document === undefined) {
    return { possible: false, reason: `'${app}' does not say how '${done.command}' is undone` };
  }
  const { undo } = document;
  if (undo === "none") return { possible: false, reason: `'${done.command}' cannot be undone` };
  const inverse = inverseOf(document);
  const why = inverse === undefined ? undefined : refused?.get(inverseKey(app, inverse.command));
  if (why !== undefined && undo !== "app") return { possible: false, reason: why };
  const here = presence(app, bridge);
  if (here === undefined) return { possible: true, reason: `Waits for ${app}.${bridge}, which is away` };
  if (done.session !== undefined && here.session !== undefined && here.session !== done.session) {
    return { possible: false, reason: `${app}.${bridge} was started anew since` };
  }
  if (undo === "app") {
    const otherwise = inverse === undefined || why !== undefined ? "" : `, else by '${inverse.command}'`;
    return { possible: true, reason: `By the application's own undo, if nothing else lies on top${otherwise}` };
  }
  return { possible: true, reason: `By '${undo.command}'` };
}
