/** What the environment says to the planner. */
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { z } from "zod";
import type { ClaudeSettings } from "./claude/mod.ts";

const Environment = z.object({
  PATCHBAY_PROVIDER: z.string().min(1).default("phrasebook"),
  ANTHROPIC_API_KEY: z.string().optional(),
  /** A file that holds the key; it is preferred. */
  ANTHROPIC_API_KEY_FILE: z.string().min(1).optional(),
  ANTHROPIC_BASE_URL: z.url().optional(),
  PATCHBAY_CLAUDE_MODEL: z.string().min(1).default("claude-sonnet-5-5"),
  /** How long one answer of the model may take, in milliseconds. */
  PATCHBAY_CLAUDE_TIMEOUT_MS: z.coerce.number().int().positive().default(120_000),
});

export interface PlannerConfig {
  /** Who plans when the request does not say. */
  provider: string;
  claude: ClaudeSettings;
}

/** @throws `PatchbayError` `INVALID_CONFIGURATION` naming the variable, never its value */
export function readConfig(environment: Readonly<Record<string, string>>): PlannerConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_CONFIGURATION", "Cannot start llm-planner", parsed.error);
  const settings = parsed.data;
  const key = settings.ANTHROPIC_API_KEY?.trim() ?? "";
  return {
    provider: settings.PATCHBAY_PROVIDER,
    claude: {
      apiKey: settings.ANTHROPIC_API_KEY_FILE === undefined ? key : readKey(settings.ANTHROPIC_API_KEY_FILE),
      model: settings.PATCHBAY_CLAUDE_MODEL,
      timeoutMs: settings.PATCHBAY_CLAUDE_TIMEOUT_MS,
      ...(settings.ANTHROPIC_BASE_URL === undefined ? {} : { baseUrl: settings.ANTHROPIC_BASE_URL }),
    },
  };
}

function readKey(path: string): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (cause) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot read the key file '${path}' (ANTHROPIC_API_KEY_FILE)`, {
      cause,
    });
  }
}
