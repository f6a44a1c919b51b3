/** Binds the arguments of an inverse command to what the command took and gave, as the conductor does. */
import { bindReferences, JsonObject } from "@patchbay/contracts";

/** @throws {ValidationError} where the result does not have what is referred to */
export function inverseArguments(args: JsonObject, done: { args: JsonObject; result: unknown }): JsonObject {
  const text = JSON.stringify(
    args,
    (key, value) => key === "$ref" && typeof value === "string" ? `done.result.${value}` : value,
  );
  return JsonObject.parse(bindReferences(JSON.parse(text), new Map([["done", done]])));
}
