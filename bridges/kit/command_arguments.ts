/** What goes into an application and what comes out of it, checked against the manifest. */
import { type CommandDefinition, JsonObject, JsonValue, ValidationError } from "@patchbay/contracts";
import type { z } from "zod";

/**
 * The arguments with their defaults.
 * @throws {ValidationError} `INVALID_ARGUMENTS`, with the path of each that does not fit
 */
export function parseArguments(name: string, { args }: CommandDefinition, input: unknown): JsonObject {
  const action = `Cannot run ${name}`;
  return parsed("INVALID_ARGUMENTS", action, JsonObject, parsed("INVALID_ARGUMENTS", action, args, input));
}

/**
 * The value as the manifest has it, and as JSON can carry it: no `NaN`, no infinity.
 * @throws {ValidationError} `INVALID_RESULT`
 */
export function parseResult(name: string, { result }: CommandDefinition, output: unknown): unknown {
  const action = `Cannot read the result of ${name}`;
  return parsed("INVALID_RESULT", action, JsonValue, parsed("INVALID_RESULT", action, result, output) ?? null);
}

function parsed<S extends z.ZodType>(
  code: "INVALID_ARGUMENTS" | "INVALID_RESULT",
  action: string,
  schema: S,
  value: unknown,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw ValidationError.fromZod(code, action, result.error);
}
