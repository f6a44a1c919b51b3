/** What an example is: a plan over several applications, links between them, and what is shown of it in the end. */
import type { Client, LinkDraft } from "@patchbay/client";
import type { AppName, BridgeAddress, BridgeId, CommandName, JsonObject, Step, StepId } from "@patchbay/contracts";

export interface Example {
  /** As it is named on the command line: `music-visual`. */
  name: string;
  title: string;
  /** Each gets a bridge: to the real one where this machine has it, else to its simulator. */
  applications: readonly AppName[];
  /** Makes the plan for the applications as they are; asks them, and changes nothing. */
  prepare(studio: ExampleStudio): Promise<Prepared>;
}

export interface ExampleStudio {
  client: Client;
  /** The bridge of each of the example's applications. */
  bridges: ReadonlyMap<AppName, BridgeId>;
  signal: AbortSignal;
}

export interface Prepared {
  /** What it does, in words: kept with the plan. */
  instruction: string;
  steps: readonly Step[];
  /** What a person has to do besides, a line each. */
  notes: readonly string[];
  performance: Performance;
  sheet: SheetSteps;
}

/** What happens once the plan has run: the links are made, and something plays through them. */
export interface Performance {
  links: readonly LinkDraft[];
  start: readonly SentCommand[];
  /** In milliseconds. */
  durationMs: number;
  /** Taken now and then while it plays: its result has a picture as `image`. */
  look?: SentCommand;
  stop: readonly SentCommand[];
}

export interface SentCommand {
  address: BridgeAddress;
  command: CommandName;
  args: JsonObject;
}

/** Where the contact sheet's content comes from. */
export interface SheetSteps {
  /** A step that renders an animation. */
  frames: StepId;
  /** A step whose result has the sound as `audio`. */
  audio: StepId;
  /** Of the animation, in frames a second; its first frame is 1, and shows the beginning of the sound. */
  fps: number;
  columns: number;
}
