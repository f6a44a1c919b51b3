/** The bus's log. */
import { logger } from "@patchbay/telemetry";

export const log = logger("bus");
