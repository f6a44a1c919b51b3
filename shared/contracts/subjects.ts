/**
 * Every subject that Patchbay uses: one builder each, under its literal form. A token that holds `.`, `*`, `>`,
 * white space or a control character is refused, so that no name from outside can reach a subject of somebody else.
 */
import type { Severity } from "./errors.ts";
import type { Priority } from "./commands.ts";

/** `patchbay.v1.` begins every subject. */
export const SUBJECT_ROOT = "patchbay.v1";

/** Half a surrogate pair becomes U+FFFD on the wire, where two names could meet: refused too. */
const isToken = (value: string) => /^[^\s.*>\p{Cc}\p{Cs}]{1,255}$/u.test(value);

/**
 * One subject token, checked.
 * @throws {TypeError} for a token that is empty, longer than 255 characters, or would change the subject's shape
 */
export function token(value: string): string {
  if (!isToken(value)) {
    throw new TypeError(
      `Cannot build subject: ${JSON.stringify(value.slice(0, 80))} is not one token (no '.', '*', '>', white space)`,
    );
  }
  return value;
}

/** Stands for any token: only for subscriptions. */
export const WILDCARD = Symbol("*");
type Token = string | typeof WILDCARD;

const join = (...tokens: Token[]) =>
  [SUBJECT_ROOT, ...tokens.map((part) => part === WILDCARD ? "*" : token(part as string))].join(".");

/** Builds each subject from its parts. @throws {TypeError} for a part that is not one token */
export const subjects = {
  /** `patchbay.v1.cmd.<app>.<bridge|any>.<command>` */
  command: (app: Token, bridge: Token, command: Token) => join("cmd", app, bridge, command),
  /**
   * `patchbay.v1.cmd.<app>.<bridge>._snapshot`: asks a bridge for its last `state_update`, whole and with its revision; the
   * payload is `{}`. No command's name begins with `_`, so none can meet this one.
   */
  snapshot: (app: Token, bridge: Token) => join("cmd", app, bridge, "_snapshot"),
  /** `patchbay.v1.cmd.<app>.<bridge|any>._batch`: many commands in one message. */
  batch: (app: Token, bridge: Token) => join("cmd", app, bridge, "_batch"),
  /** `patchbay.v1.job.<app>.<bridge|any>.<priority>` */
  job: (app: Token, bridge: Token, priority: Priority | typeof WILDCARD) => join("job", app, bridge, priority),
  /** `patchbay.v1.cancel.<commandId>` */
  cancel: (commandId: Token) => join("cancel", commandId),
  /** `patchbay.v1.progress.<correlationId>` */
  progress: (correlationId: Token) => join("progress", correlationId),
  /** `patchbay.v1.result.<app>.<bridge>.<command>` */
  result: (app: Token, bridge: Token, command: Token) => join("result", app, bridge, command),
  /** `patchbay.v1.state.<app>.<bridge>` */
  state: (app: Token, bridge: Token) => join("state", app, bridge),
  /** `patchbay.v1.evt.<app>.<bridge>.<event>` */
  event: (app: Token, bridge: Token, event: Token) => join("evt", app, bridge, event),
  /** `patchbay.v1.tel.<app>.<bridge>.<channel>` */
  channel: (app: Token, bridge: Token, channel: Token) => join("tel", app, bridge, channel),
  /** `patchbay.v1.tel.<app>.<bridge>._links`: how the links that end at this bridge do. */
  linkStatus: (app: Token, bridge: Token) => join("tel", app, bridge, "_links"),
  /** `patchbay.v1.run.<runId>` */
  run: (runId: Token) => join("run", runId),
  /** `patchbay.v1.ctx.<project>.<kind>`; the kind is called `change` here, for every parsed subject has a `kind` */
  context: (project: Token, change: Token) => join("ctx", project, change),
  /** `patchbay.v1.svc.<service>.<verb>` */
  service: (service: Token, verb: Token) => join("svc", service, verb),
  /** `patchbay.v1.trigger.<triggerId>`: each time that a trigger fired, or why it did not. */
  trigger: (triggerId: Token) => join("trigger", triggerId),
  /** `patchbay.v1.alert.<severity>` */
  alert: (severity: Severity | typeof WILDCARD) => join("alert", severity),
} as const;

/** The token after the root: what a subject is for. */
export type SubjectKind =
  | "cmd"
  | "job"
  | "cancel"
  | "progress"
  | "result"
  | "state"
  | "evt"
  | "tel"
  | "run"
  | "ctx"
  | "svc"
  | "trigger"
  | "alert";

const FIELDS = {
  cmd: ["app", "bridge", "command"],
  job: ["app", "bridge", "priority"],
  cancel: ["commandId"],
  progress: ["correlationId"],
  result: ["app", "bridge", "command"],
  state: ["app", "bridge"],
  evt: ["app", "bridge", "event"],
  tel: ["app", "bridge", "channel"],
  run: ["runId"],
  ctx: ["project", "change"],
  svc: ["service", "verb"],
  trigger: ["triggerId"],
  alert: ["severity"],
} as const satisfies Record<SubjectKind, readonly string[]>;

/** The parts of a subject by name, with its kind. */
export type ParsedSubject = {
  [K in SubjectKind]: { kind: K } & Record<(typeof FIELDS)[K][number], string>;
}[SubjectKind];

/** Takes a subject apart; `undefined` for one that is not ours, or that is a pattern. @example `parseSubject("patchbay.v1.run.r1") // { kind: "run", runId: "r1" }` */
export function parseSubject(subject: string): ParsedSubject | undefined {
  if (!subject.startsWith(`${SUBJECT_ROOT}.`)) return undefined;
  const [kind, ...values] = subject.slice(SUBJECT_ROOT.length + 1).split(".");
  if (kind === undefined || !Object.hasOwn(FIELDS, kind)) return undefined;
  const fields = FIELDS[kind as SubjectKind];
  if (fields.length !== values.length || !values.every(isToken)) return undefined;
  return { kind, ...Object.fromEntries(fields.map((field, i) => [field, values[i]])) } as ParsedSubject;
}

/** Header names: what the bus needs without parsing the body. */
export const HEADERS = {
  messageId: "Nats-Msg-Id",
  traceparent: "traceparent",
  tracestate: "tracestate",
  correlationId: "Patchbay-Correlation-Id",
  /** Absolute milliseconds since 1970; later work is dropped and counted. */
  deadline: "Patchbay-Deadline",
  priority: "Patchbay-Priority",
  /** ADR-32: set on an answer that is an error. */
  serviceError: "Nats-Service-Error",
  serviceErrorCode: "Nats-Service-Error-Code",
} as const;
