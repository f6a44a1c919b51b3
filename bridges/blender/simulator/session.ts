/** One simulated Blender without its link: a document, its history, and the commands that change it all or nothing. */
import { type JsonObject, PatchbayError, ValidationError } from "@patchbay/contracts";
import { BEYOND_SIMULATOR, type HistoryDirection, type SteppedBack } from "@patchbay/bridge-kit";
import { blender, type BlenderCommands } from "../manifest.ts";
import type { SceneState } from "../manifest/state.ts";
import type { CommandContext } from "./command_context.ts";
import { animation } from "./commands/animation.ts";
import { cameras } from "./commands/cameras.ts";
import { files } from "./commands/files.ts";
import { lights } from "./commands/lights.ts";
import { materials } from "./commands/materials.ts";
import { modifiers } from "./commands/modifiers.ts";
import { objects } from "./commands/objects.ts";
import { render } from "./commands/render.ts";
import { scene, sceneState } from "./commands/scene.ts";
import { copyDocument, type Document } from "./document.ts";
import { withReferences } from "./files.ts";
import { UndoHistory } from "./undo_history.ts";

const HANDLERS: Record<Exclude<keyof BlenderCommands, SessionCommand>, AnyHandler> = {
  ...scene,
  ...objects,
  ...materials,
  ...lights,
  ...cameras,
  ...modifiers,
  ...animation,
  ...render,
  ...files,
};

type SessionCommand = "undo" | "redo" | "execute_python";
// deno-lint-ignore no-explicit-any -- the arguments of each handler were parsed by the schema of its own command
type AnyHandler = (context: CommandContext, args: any) => unknown;

/** These put another document in place of the present one, and its history with it. */
const FILE_COMMANDS: ReadonlySet<string> = new Set(["open_file", "new_file"]);

export interface SimulatedCall {
  command: string;
  args: JsonObject;
  /** The command's id: what its undo step is known by. */
  id?: string;
  workDir: string;
  allowCode: boolean;
  /** One of many values of a link: one undo step with those just before. */
  live?: boolean;
  signal: AbortSignal;
  progress(progress: { fraction: number; message: string }): void;
  event(name: string, data: unknown): void;
}

export interface SessionOptions {
  /** Stands in for Python. @default refuses: there is none */
  python?: (code: string) => unknown;
  /** What is open at first. @default nothing */
  document?: Document;
  /** It stands in for a real one in a rehearsal: pictures are drawn in the size of a stamp, since nobody looks at them. @default false */
  staged?: boolean;
}

export class SimulatedSession {
  /** Differs between two simulators. */
  readonly instance = crypto.randomUUID();
  readonly #history: UndoHistory;
  readonly #python: (code: string) => unknown;
  readonly #staged: boolean;

  constructor(options: SessionOptions = {}) {
    this.#history = new UndoHistory(options.document);
    this.#python = options.python ?? noPython;
    this.#staged = options.staged ?? false;
  }

  snapshot(): SceneState {
    return sceneState(this.#history.document);
  }

  /** Makes the commands that follow one undo step. @throws {PatchbayError} `CONFLICT` where another group is open */
  beginGroup(label: string, id?: string): void {
    this.#history.beginGroup(label, id);
  }

  /** One command back or forth by its id: only where it lies on top. */
  stepBack(direction: HistoryDirection, id: string): SteppedBack {
    return this.#history.stepBack(direction, id);
  }

  /** Answers whether all of it was taken back. @throws {PatchbayError} `CONFLICT` where no group is open */
  endGroup(outcome: "keep" | "undo"): boolean {
    return this.#history.endGroup(outcome);
  }

  /** The link is gone: what was done in an open group stays, as one step. */
  leaveGroup(): void {
    this.#history.leaveGroup();
  }

  /**
   * Runs one command: it changes everything that it says, or nothing.
   * @throws {PatchbayError} with the codes that the real Blender answers
   */
  async execute(call: SimulatedCall): Promise<unknown> {
    const { command } = call;
    if (!isCommand(command)) {
      throw new PatchbayError("UNKNOWN_COMMAND", `Blender has no command '${command}'`, {
        context: { available: Object.keys(blender.commands) },
      });
    }
    const definition = blender.commands[command];
    const parsed = definition.args.safeParse(withReferences(call.args));
    if (!parsed.success) throw ValidationError.fromZod("INVALID_ARGUMENTS", `Cannot run ${command}`, parsed.error);
    if (command === "undo") return this.#history.undo(blender.commands.undo.args.parse(call.args).steps);
    if (command === "redo") return this.#history.redo(blender.commands.redo.args.parse(call.args).steps);
    if (command === "execute_python") {
      if (!call.allowCode) throw new PatchbayError("CODE_DISABLED", "Cannot run code: this bridge does not allow it");
      return this.#python(blender.commands.execute_python.args.parse(call.args).code);
    }
    const before = this.#history.document;
    const draft = copyDocument(before);
    const events: [string, unknown][] = [];
    const event = (name: string, data: unknown) => events.push([name, data]);
    const context = { ...call, document: draft, staged: this.#staged, event };
    const value = await HANDLERS[command](context, parsed.data);
    if (FILE_COMMANDS.has(command)) this.#history.replace(draft);
    // a render undoes nothing, but the camera that it had to add is there from now on
    else if (definition.undo === "app" || draft.activeCamera !== before.activeCamera) {
      this.#history.commit(draft, { live: call.live, id: call.id });
    } else before.file = draft.file;
    for (const [name, data] of events) call.event(name, data);
    return value;
  }

  /** What a person does in the window. Answers the names of the objects that are other than before. */
  edit(change: (document: Document) => void): string[] {
    const before = this.#history.document;
    const draft = copyDocument(before);
    change(draft);
    this.#history.commitByHand(draft);
    const names = new Set([...Object.keys(before.objects), ...Object.keys(draft.objects)]);
    return [...names].filter((name) => JSON.stringify(before.objects[name]) !== JSON.stringify(draft.objects[name]));
  }
}

function isCommand(command: string): command is keyof BlenderCommands {
  return Object.hasOwn(blender.commands, command);
}

function noPython(): never {
  throw new PatchbayError("COMMAND_FAILED", "Cannot run code: the simulator has no Python", {
    remedy: "Start a bridge to a real Blender.",
    context: BEYOND_SIMULATOR,
  });
}
