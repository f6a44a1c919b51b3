/** What the environment says to a gateway that runs by itself. */
import { z } from "zod";
import { busFromEnvironment } from "@patchbay/bus";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { type ApiKey, KeyFile } from "./keys.ts";
import { DEFAULT_PORT } from "./gateway.ts";

const list = z.string().default("").transform((text) =>
  text.split(",").map((one) => one.trim()).filter((one) => one !== "")
);

const Environment = z.object({
  PATCHBAY_HOST: z.string().min(1).default("127.0.0.1"),
  PATCHBAY_PORT: z.coerce.number().int().min(0).max(65535).default(DEFAULT_PORT),
  PATCHBAY_KEYS_FILE: z.string().min(1),
  PATCHBAY_ALLOWED_ORIGINS: list,
  PATCHBAY_ALLOWED_HOSTS: list,
  PATCHBAY_PROVIDER: z.string().min(1).optional(),
});

export interface GatewayConfig {
  bus: { servers: string[]; credentialsFile?: string };
  host: string;
  port: number;
  keys: ApiKey[];
  allowedOrigins: string[];
  allowedHosts: string[];
  defaultProvider?: string;
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` naming the variable, or the key file and what is wrong in it */
export async function readConfig(environment: Readonly<Record<string, string>>): Promise<GatewayConfig> {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_CONFIGURATION", "Cannot start gateway", parsed.error);
  const { PATCHBAY_PROVIDER: defaultProvider, ...settings } = parsed.data;
  return {
    bus: busFromEnvironment(environment),
    host: settings.PATCHBAY_HOST,
    port: settings.PATCHBAY_PORT,
    keys: await readKeys(settings.PATCHBAY_KEYS_FILE),
    allowedOrigins: settings.PATCHBAY_ALLOWED_ORIGINS,
    allowedHosts: settings.PATCHBAY_ALLOWED_HOSTS,
    ...(defaultProvider === undefined ? {} : { defaultProvider }),
  };
}

async function readKeys(path: string): Promise<ApiKey[]> {
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot read key file '${path}'`, { cause });
  }
  const parsed = KeyFile.safeParse(content);
  if (parsed.success) return parsed.data.keys;
  throw ValidationError.fromZod("INVALID_CONFIGURATION", `Cannot read key file '${path}'`, parsed.error);
}
