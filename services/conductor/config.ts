/** What the environment says to a conductor that runs by itself. */
import { busFromEnvironment } from "@patchbay/bus";
import { EMBEDDED_POLICIES, type Policies, SERVER_POLICIES, ValidationError } from "@patchbay/contracts";
import { z } from "zod";

const Environment = z.object({ PATCHBAY_POLICIES: z.enum(["embedded", "server"]).default("server") });

export interface ConductorConfig {
  bus: ReturnType<typeof busFromEnvironment>;
  /** What runs unasked until somebody changes it. */
  policies: Policies;
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` naming the variable */
export function readConfig(environment: Readonly<Record<string, string>>): ConductorConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_CONFIGURATION", "Cannot start conductor", parsed.error);
  return {
    bus: busFromEnvironment(environment),
    policies: parsed.data.PATCHBAY_POLICIES === "embedded" ? EMBEDDED_POLICIES : SERVER_POLICIES,
  };
}
