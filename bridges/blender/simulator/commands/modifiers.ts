/** Modifiers: the simulator keeps them and lists them; its meshes stay as they are. */
import { BEYOND_SIMULATOR } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import type { Handlers } from "../command_context.ts";
import { freeName, invalid, objectNamed, objectOfType } from "../lookup.ts";

const titled = (type: string) => type.charAt(0).toUpperCase() + type.slice(1);

export const modifiers: Handlers<"add_modifier" | "remove_modifier"> = {
  add_modifier({ document }, args) {
    const object = objectOfType(document, args.object, ["mesh"]);
    if (args.type === "boolean") {
      if (args.other === undefined) throw invalid("a boolean needs the other mesh", ["other"]);
      if (args.other === args.object) throw invalid("an object cannot be cut with itself", ["other"]);
      objectOfType(document, args.other, ["mesh"], "other");
    }
    const taken = Object.fromEntries(object.modifiers.map(({ name }) => [name, true]));
    const modifier = freeName(taken, args.name ?? titled(args.type));
    object.modifiers.push({ name: modifier, type: args.type });
    return { name: object.name, modifier, modifiers: [...object.modifiers] };
  },

  remove_modifier({ document }, args) {
    const object = objectNamed(document, args.object);
    const wanted = args.modifier.toLowerCase();
    const found = object.modifiers.find(({ name }) => name === args.modifier) ??
      object.modifiers.find(({ name, type }) => name.toLowerCase() === wanted || type === wanted);
    if (found === undefined) {
      throw new PatchbayError("NOT_FOUND", `Object '${object.name}' has no modifier '${args.modifier}'`, {
        context: {
          kind: "modifier",
          name: args.modifier,
          available: object.modifiers.map(({ name }) => name),
          ...(object.partlyKnown === true ? BEYOND_SIMULATOR : {}),
        },
      });
    }
    object.modifiers = object.modifiers.filter((modifier) => modifier !== found);
    return { name: object.name, modifier: found.name, modifiers: [...object.modifiers] };
  },
};
