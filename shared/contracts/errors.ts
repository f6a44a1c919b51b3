/** The error table: every error that Patchbay answers with, and what it means over HTTP, over JSON-RPC and to a person. */
import { z } from "zod";

/** How bad it is. */
export const Severity = z.enum(["info", "warning", "error", "critical"]);
export type Severity = z.infer<typeof Severity>;

interface Entry {
  title: string;
  /** HTTP status. */
  status: number;
  /** JSON-RPC 2.0 error code: -327xx as the standard has it, -32000 to -32099 ours, by family. */
  rpc: number;
  severity: Severity;
  /** Whether the same request may succeed later, unchanged. */
  retryable: boolean;
  /** What the user can do. */
  remedy: string;
}

const entry = (
  status: number,
  rpc: number,
  severity: Severity,
  retryable: boolean,
  title: string,
  remedy: string,
): Entry => ({
  title,
  status,
  rpc,
  severity,
  retryable,
  remedy,
});

/** Every error that Patchbay answers with. */
export const ERRORS = {
  // bridges and the link to the application
  BRIDGE_OFFLINE: entry(
    503,
    -32001,
    "warning",
    true,
    "The bridge is offline",
    "Start the bridge on its workstation (`patchbay bridge <app>`), or address another one; `GET /v1/bridges` lists who is here.",
  ),
  BRIDGE_FENCED: entry(
    409,
    -32002,
    "error",
    false,
    "Another bridge has this id",
    "Stop one of the two bridges, or give this one another id with `--id`.",
  ),
  LINK_REFUSED: entry(
    502,
    -32003,
    "error",
    false,
    "The application's link was refused",
    "Reinstall the add-on with `patchbay install <app>` so that both sides speak the same version.",
  ),
  // the application itself
  APP_NOT_CONNECTED: entry(
    503,
    -32010,
    "warning",
    true,
    "The application is not connected",
    "Start the application and enable its Patchbay add-on, or let the bridge start it.",
  ),
  APP_NOT_FOUND: entry(
    500,
    -32011,
    "error",
    false,
    "The application is not on this machine",
    "Install the application, or tell the bridge where it is.",
  ),
  APP_START_FAILED: entry(
    502,
    -32012,
    "error",
    true,
    "The application did not start",
    "Start it by hand once and read what it prints; the bridge's log has its last lines.",
  ),
  APP_CRASHED: entry(
    502,
    -32013,
    "error",
    false,
    "The application ended while it worked",
    "Nothing to do if the bridge owns the application: it is restarted. Check its state before you repeat the command.",
  ),
  APP_UNRESPONSIVE: entry(
    504,
    -32014,
    "error",
    true,
    "The application does not answer",
    "Look at the application: it may show a dialog or be busy. The bridge restarts one that it started itself.",
  ),
  APP_BUSY: entry(
    409,
    -32015,
    "warning",
    true,
    "The application is busy",
    "Wait until it is done, or cancel what it is doing.",
  ),
  // commands
  UNKNOWN_APP: entry(
    404,
    -32601,
    "warning",
    false,
    "No such application",
    "`GET /v1/apps` lists the applications that are known.",
  ),
  UNKNOWN_COMMAND: entry(
    404,
    -32601,
    "warning",
    false,
    "No such command",
    "`GET /v1/apps/<app>` lists the commands of an application.",
  ),
  INVALID_ARGUMENTS: entry(
    422,
    -32602,
    "warning",
    false,
    "The arguments do not fit",
    "Correct the fields named in `errors`.",
  ),
  INVALID_RESULT: entry(
    502,
    -32020,
    "error",
    false,
    "The application answered something that its manifest does not allow",
    "Update the add-on and the bridge to the same version.",
  ),
  NOT_FOUND: entry(
    404,
    -32021,
    "warning",
    false,
    "Not found",
    "Check the name; `context.available` says what exists instead.",
  ),
  COMMAND_FAILED: entry(
    422,
    -32022,
    "warning",
    false,
    "The application refused the command",
    "Read the detail: it is the application's own reason.",
  ),
  CODE_DISABLED: entry(
    403,
    -32023,
    "warning",
    false,
    "Running code is switched off",
    "Start the bridge with `--allow-code` if you trust whoever may send commands.",
  ),
  CANCELLED: entry(409, -32800, "info", false, "Cancelled", "Nothing to do: somebody asked for it."),
  DEADLINE_EXCEEDED: entry(
    504,
    -32024,
    "warning",
    true,
    "Not done in time",
    "Allow more time with `timeoutMs`, or use the durable lane for long work.",
  ),
  OUTCOME_UNKNOWN: entry(
    502,
    -32025,
    "error",
    false,
    "Whether it happened is not known",
    "Read the application's state before you repeat the command.",
  ),
  // input
  INVALID_REQUEST: entry(
    400,
    -32600,
    "warning",
    false,
    "The request cannot be read",
    "Correct the fields named in `errors`.",
  ),
  INVALID_MESSAGE: entry(
    400,
    -32700,
    "warning",
    false,
    "The message cannot be read",
    "Send JSON as `docs/reference` describes it.",
  ),
  UNSUPPORTED_VERSION: entry(
    400,
    -32030,
    "warning",
    false,
    "This version is not spoken here",
    "Update the older side.",
  ),
  PAYLOAD_TOO_LARGE: entry(
    413,
    -32031,
    "warning",
    false,
    "Too large",
    "Send large values as an asset: `PUT /v1/assets`.",
  ),
  CONFLICT: entry(
    409,
    -32032,
    "warning",
    false,
    "It changed meanwhile",
    "Read it again, and repeat the change on what is there now.",
  ),
  // who may
  UNAUTHENTICATED: entry(
    401,
    -32040,
    "warning",
    false,
    "Who are you?",
    "Send `Authorization: Bearer <key>`; the studio prints its key at start and keeps it in `$PATCHBAY_HOME/key`.",
  ),
  FORBIDDEN: entry(
    403,
    -32041,
    "warning",
    false,
    "Not allowed",
    "Use a key with the scope that `context.scope` names.",
  ),
  ORIGIN_REFUSED: entry(
    403,
    -32042,
    "warning",
    false,
    "This web page may not use the gateway",
    "Allow the origin in the gateway's configuration if the page is yours.",
  ),
  HOST_REFUSED: entry(
    421,
    -32043,
    "warning",
    false,
    "The gateway does not answer to this host name",
    "Use the address that the studio printed, or allow the name in the gateway's configuration.",
  ),
  RATE_LIMITED: entry(429, -32044, "warning", true, "Too many requests", "Wait for the time in `Retry-After`."),
  QUOTA_EXCEEDED: entry(
    429,
    -32045,
    "warning",
    false,
    "The quota is used up",
    "Ask the administrator for more, or wait until it is renewed.",
  ),
  // planning
  NOT_UNDERSTOOD: entry(
    422,
    -32050,
    "warning",
    false,
    "The instruction was not understood",
    "Say it as one of the phrases in `context.clauses` does.",
  ),
  PLAN_INVALID: entry(422, -32051, "warning", false, "The plan does not hold", "Correct the steps named in `errors`."),
  MODEL_UNAVAILABLE: entry(
    503,
    -32052,
    "error",
    true,
    "The language model does not answer",
    "Try again, or plan offline with the provider `phrasebook`.",
  ),
  MODEL_RATE_LIMITED: entry(
    429,
    -32053,
    "warning",
    true,
    "The language model is asked too often",
    "Wait, or plan offline with the provider `phrasebook`.",
  ),
  MODEL_AUTH_FAILED: entry(
    502,
    -32054,
    "error",
    false,
    "The language model refuses the key",
    "Set a valid key (`ANTHROPIC_API_KEY`), or plan offline with the provider `phrasebook`.",
  ),
  MODEL_REFUSED: entry(422, -32055, "warning", false, "The language model declined", "Say it in other words."),
  MODEL_OUTPUT_INVALID: entry(
    502,
    -32056,
    "error",
    true,
    "The language model did not give a valid plan",
    "Say it in other words, or in smaller parts.",
  ),
  // the studio
  SERVICE_UNAVAILABLE: entry(
    503,
    -32060,
    "error",
    true,
    "A part of the studio is down",
    "Wait a moment: it is restarted. `GET /readyz` says which part is missing.",
  ),
  BUS_UNAVAILABLE: entry(
    503,
    -32061,
    "critical",
    true,
    "The bus is away",
    "Wait a moment: everything reconnects by itself. If it stays away, look at the nats-server's log.",
  ),
  STORAGE_FULL: entry(
    507,
    -32062,
    "critical",
    true,
    "The storage is full",
    "Free space on the studio's disk, or raise the stream's limit.",
  ),
  LEASE_LOST: entry(
    409,
    -32063,
    "warning",
    true,
    "Another replica took over",
    "Nothing to do: the other one continues.",
  ),
  NATS_SERVER_MISSING: entry(
    500,
    -32064,
    "critical",
    false,
    "There is no nats-server",
    "Install nats-server 2.11 or newer, and put it on the PATH.",
  ),
  NATS_SERVER_TOO_OLD: entry(
    500,
    -32065,
    "critical",
    false,
    "The nats-server is too old",
    "Install nats-server 2.11 or newer, and put it before the old one on the PATH.",
  ),
  PORT_IN_USE: entry(
    500,
    -32066,
    "error",
    false,
    "The port is taken",
    "Name another with `--port`, or stop the program that has it.",
  ),
  ALREADY_RUNNING: entry(
    409,
    -32067,
    "error",
    false,
    "A studio already runs on this data",
    "Use the one that runs, or name another folder with PATCHBAY_HOME.",
  ),
  INVALID_CONFIGURATION: entry(
    500,
    -32068,
    "error",
    false,
    "The configuration is wrong",
    "Correct the option that the detail names.",
  ),
  INTERNAL: entry(500, -32603, "critical", false, "An unexpected fault", "Report it with the correlation id."),
} as const satisfies Record<string, Entry>;

/** A code of the table. */
export type ErrorCode = keyof typeof ERRORS;
export const ErrorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);
