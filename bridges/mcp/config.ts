/** The servers of one file, in the form that MCP clients share (`mcpServers`), with a few words of Patchbay's own. */
import { CommandName, Effect, JsonObject, Lane, PatchbayError, Phrase, TimeoutMs } from "@patchbay/contracts";
import { SCRIPT_LIMITS } from "@patchbay/bridge-kit";
import { z } from "zod";

/** What a person says about one tool. Nothing of it is taken from the server. */
export const ToolConfig = z.strictObject({
  /** What it may do. @default `destructive`: nothing is known of it */
  effect: Effect.optional(),
  /** Whether twice is the same as once. */
  idempotent: z.boolean().optional(),
  timeoutMs: TimeoutMs.optional(),
  lane: Lane.optional(),
  /** How people ask for it; the first step of the offline planner. */
  phrases: z.array(Phrase).optional(),
  /** In the place of the server's own description. */
  summary: z.string().min(1).max(2000).optional(),
  /** The tool that takes it back. */
  undo: z.strictObject({ command: CommandName, args: JsonObject.optional() }).optional(),
  /** Leaves it out. */
  hidden: z.boolean().default(false),
});
export type ToolConfig = z.infer<typeof ToolConfig>;

const own = {
  /** The application's name in Patchbay. @default made from the server's name in the file */
  app: z.string().optional(),
  title: z.string().min(1).max(100).optional(),
  /** Whether what the server says of its tools (`readOnlyHint` …) is believed. */
  trustAnnotations: z.boolean().default(false),
  startTimeoutMs: TimeoutMs.optional(),
  /** How long a tool may take that is not named below, in milliseconds. */
  timeoutMs: TimeoutMs.default(60_000),
  tools: z.record(z.string().min(1).max(200), ToolConfig).default({}),
  /** What the simulator replays; relative to the file. @default what the bridge has seen itself */
  recording: z.string().min(1).optional(),
  disabled: z.boolean().default(false),
};

const StdioServer = z.looseObject({
  ...own,
  /** What it may use, with all that it has started. @default 4 GiB of memory, 128 processes */
  limits: z.strictObject({
    memoryMiB: z.number().int().positive().default(SCRIPT_LIMITS.memoryMiB ?? 4_096),
    processes: z.number().int().positive().default(SCRIPT_LIMITS.processes ?? 128),
  }).prefault({}),
  type: z.literal("stdio").optional(),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** Relative to the file. @default the file's folder */
  cwd: z.string().min(1).optional(),
});

const HttpServer = z.looseObject({
  ...own,
  type: z.enum(["http", "streamable-http", "streamableHttp"]).optional(),
  url: z.string().min(1),
  /** Sent as `Authorization: Bearer`. */
  token: z.string().min(1).optional(),
  /** `Authorization: Bearer …`, as other clients have it. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Whether another machine's address will do; it takes `https:`. */
  remote: z.boolean().default(false),
});

export type ServerConfig = { kind: "stdio"; server: z.infer<typeof StdioServer> } | {
  kind: "http";
  server: z.infer<typeof HttpServer>;
};

const Servers = z.record(z.string().min(1).max(200), z.looseObject({}));
const File = z.union([
  z.looseObject({ mcpServers: Servers }),
  z.looseObject({ servers: Servers }).transform(({ servers }) => ({ mcpServers: servers })),
]);

/**
 * One server of a file that is parsed already. Without a name it is the only one.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` with the field
 */
export function readServer(
  content: unknown,
  { file, name, env }: { file: string; name: string | undefined; env(name: string): string | undefined },
): { name: string; config: ServerConfig } {
  const parsed = File.safeParse(content);
  if (!parsed.success) throw wrong(file, "it has no 'mcpServers'", "Write the servers under `mcpServers:`, by name.");
  const servers = parsed.data.mcpServers;
  const names = Object.keys(servers);
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  if (chosen === undefined || !Object.hasOwn(servers, chosen)) {
    const found = names.length === 0 ? "there are none" : `there are ${names.join(", ")}`;
    const what = name === undefined ? "it does not say which server" : `there is no server '${name}'`;
    throw wrong(file, `${what}: ${found}`, `Name one: mcp:${file}#${names[0] ?? "NAME"}`);
  }
  const where = `mcpServers.${chosen}`;
  const expanded = expand(servers[chosen], where, { file, env });
  return { name: chosen, config: checkServer(expanded, where, file) };
}

function checkServer(value: unknown, where: string, file: string): ServerConfig {
  const isHttp = z.looseObject({ url: z.unknown() }).safeParse(value).success;
  if (z.looseObject({ type: z.literal("sse") }).safeParse(value).success) {
    throw wrong(
      file,
      `${where}.type is 'sse', which no server should speak any more`,
      "Use its Streamable HTTP address.",
    );
  }
  const parsed = (isHttp ? HttpServer : StdioServer).safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = [where, ...(issue?.path ?? [])].join(".");
    const remedy = "A server has a `command` with `args`, or a `url`.";
    throw wrong(file, `${field}: ${issue?.message ?? "cannot be read"}`, remedy);
  }
  if (parsed.data.disabled) throw wrong(file, `${where} is disabled`, "Remove `disabled: true`.");
  return isHttp
    ? { kind: "http", server: HttpServer.parse(value) }
    : { kind: "stdio", server: StdioServer.parse(value) };
}

/** `${NAME}` and `${env:NAME}` stand for variables of the environment: so that no secret is written down. */
function expand(
  value: unknown,
  where: string,
  context: { file: string; env(name: string): string | undefined },
): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const found = context.env(name);
      if (found !== undefined) return found;
      throw wrong(
        context.file,
        `${where} needs $${name}, which is not set`,
        `Set ${name} where the bridge is started.`,
      );
    });
  }
  if (Array.isArray(value)) return value.map((item, index) => expand(item, `${where}.${index}`, context));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, expand(inner, `${where}.${key}`, context)]),
  );
}

export function wrong(file: string, why: string, remedy: string, cause?: unknown): PatchbayError {
  return PatchbayError.of("INVALID_CONFIGURATION", `Cannot use ${file}: ${why}`, { remedy, cause });
}
