/** What the environment says to a conductor that runs by itself. */
import { ValidationError } from "@patchbay/contracts";
import { z } from "zod";

const Environment = z.object({
  PATCHBAY_NATS_URL: z.string().min(1).default("nats://127.0.0.1:4222"),
  PATCHBAY_NATS_CREDENTIALS: z.string().min(1).optional(),
});

/** @throws {ValidationError} `INVALID_CONFIGURATION` naming the variable */
export function readConfig(environment: Readonly<Record<string, string>>) {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_CONFIGURATION", "Cannot start", parsed.error);
  const { PATCHBAY_NATS_URL: url, PATCHBAY_NATS_CREDENTIALS: credentialsFile } = parsed.data;
  return { servers: url.split(","), ...(credentialsFile === undefined ? {} : { credentialsFile }) };
}
