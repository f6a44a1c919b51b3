/** What a check of one command has at hand: a studio, and a network of its own. */
import type { JsonObject } from "@patchbay/contracts";
import type { CommandName, ResultOf, Studio } from "../touchdesigner_studio.ts";

export interface Place {
  studio: Studio;
  /** The path of an empty network. */
  at: string;
}

export type Check = (place: Place) => Promise<void>;
export type Checks = Partial<Record<CommandName, Check>>;

/** Everything in a network as TouchDesigner reads it: operators, wires, flags, places, parameters. */
export async function content({ studio, at }: Place): Promise<unknown> {
  const { nodes } = await studio.call("list_nodes", { parent: at, depth: 0, limit: 1_000 });
  const found = [];
  for (const { path } of nodes.sort((a, b) => a.path < b.path ? -1 : 1)) {
    const { content: _made, parameters, ...node } = await studio.call("get_node", { node: path });
    // what an expression gives is another thing at each moment
    const settings = parameters.map(({ value, ...par }) => par.mode === "constant" ? { value, ...par } : par);
    found.push({ ...node, settings });
  }
  return found;
}

/** Runs a command that changes the network; looks that it did, takes it back as claimed, and looks that it is as it was. */
export function changes<N extends CommandName>(
  place: Place,
  command: N,
  args: JsonObject,
  look: (result: ResultOf<N>) => Promise<void> | void = () => {},
): Promise<ResultOf<N>> {
  return place.studio.undone(command, args, () => content(place), look);
}

/** Makes an operator in the network. */
export const make = (
  { studio, at }: Place,
  type: string,
  name: string,
  more: JsonObject = {},
): Promise<ResultOf<"create_node">> => studio.call("create_node", { type, name, parent: at, ...more });

export const code = (expected: string) => ({ code: expected });
