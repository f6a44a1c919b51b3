/** What the environment says to every process that connects to the bus. */
import { ValidationError } from "@patchbay/contracts";
import { z } from "zod";

export const BusEnvironment = z.object({
  /** One or several, joined by commas. */
  PATCHBAY_NATS_URL: z.string().min(1).default("nats://127.0.0.1:4222"),
  /** A credentials file. */
  PATCHBAY_NATS_CREDENTIALS: z.string().min(1).optional(),
});

/**
 * Where the bus is and how to get in, for {@linkcode connectBus}.
 * @throws {ValidationError} `INVALID_CONFIGURATION` naming the variable
 */
export function busFromEnvironment(
  environment: Readonly<Record<string, string>>,
): { servers: string[]; credentialsFile?: string } {
  const parsed = BusEnvironment.safeParse(environment);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_CONFIGURATION", "Cannot start", parsed.error);
  const { PATCHBAY_NATS_URL: url, PATCHBAY_NATS_CREDENTIALS: credentialsFile } = parsed.data;
  return { servers: url.split(","), ...(credentialsFile === undefined ? {} : { credentialsFile }) };
}
