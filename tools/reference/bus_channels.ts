/** Every subject of the bus with what travels on it: the part of `asyncapi.json` that cannot be read off the code. */
import { type MessageType, Priority, SERVICES, Severity, subjects, WILDCARD } from "@patchbay/contracts";

/** One shape of message: an envelope of this type, and the schema of its payload by its name in `schemas/`. */
export interface BusMessage {
  summary: string;
  type: MessageType;
  /** @default any JSON */
  payload?: string;
}

export const MESSAGES: Readonly<Record<string, BusMessage>> = {
  command: { summary: "One command; the envelope's id is the command's id.", type: "command", payload: "Command" },
  result: { summary: "The one answer to a command: a value, or a problem.", type: "result", payload: "Result" },
  batch: { summary: "Many commands; the envelope's id is the batch's id.", type: "command", payload: "Batch" },
  batchResult: { summary: "What became of each command of a batch.", type: "result", payload: "BatchResult" },
  snapshotRequest: { summary: "Asks for the whole state.", type: "command" },
  stateUpdate: { summary: "A snapshot, or a patch (RFC 6902).", type: "state_update", payload: "StateUpdate" },
  cancel: { summary: "Cancels a command or a run by its id.", type: "command", payload: "Cancel" },
  progress: { summary: "How far a command has come.", type: "progress", payload: "Progress" },
  event: { summary: "Something happened in the application.", type: "event", payload: "AppEvent" },
  channelValue: { summary: "The channel's value now.", type: "event", payload: "ChannelSample" },
  linkReport: { summary: "How links do that end at a bridge.", type: "event", payload: "LinkReport" },
  runEvent: {
    summary: "One transition of a run, or several that were stored together.",
    type: "event",
    payload: "RunLogEntry",
  },
  contextChange: { summary: "A change of project context.", type: "event" },
  firing: { summary: "A trigger fired, or why it did not.", type: "event", payload: "TriggerFiring" },
  alert: { summary: "Something that a person must look at.", type: "error", payload: "Alert" },
  problem: { summary: "The request failed (RFC 9457).", type: "error", payload: "Problem" },
  ...Object.fromEntries(
    verbs().flatMap(({ service, verb, id }) => [
      [`${id}.request`, {
        summary: `Asks \`${service}\` for \`${verb}\`.`,
        type: "command",
        payload: `${service}.${verb}.request`,
      }],
      [`${id}.result`, {
        summary: `What \`${service}\` answers to \`${verb}\`.`,
        type: "result",
        payload: `${service}.${verb}.result`,
      }],
    ]),
  ),
};

export interface BusChannel {
  /** With `{name}` for each parameter. */
  address: string;
  summary: string;
  message: string;
  /** What comes back to the sender's inbox, besides a problem. */
  reply?: string;
}

const any: typeof WILDCARD = WILDCARD;
/** `{name}` is a token like any other, so the builders make the address too. */
const named = (subject: string, parameter: string) => subject.replace("*", `{${parameter}}`);

/** By the id that the channel has in the document. */
export const CHANNELS: Readonly<Record<string, BusChannel>> = {
  command: {
    address: subjects.command("{app}", "{bridge}", "{command}"),
    summary: "Runs a command. The bridge `any` is a queue group: one bridge of the application takes it.",
    message: "command",
    reply: "result",
  },
  batch: {
    address: subjects.batch("{app}", "{bridge}"),
    summary: "Runs many commands, with nothing of others in between; one answer has each result.",
    message: "batch",
    reply: "batchResult",
  },
  snapshot: {
    address: subjects.snapshot("{app}", "{bridge}"),
    summary: "Asks a bridge for its whole state, with its revision.",
    message: "snapshotRequest",
    reply: "stateUpdate",
  },
  job: {
    address: named(subjects.job("{app}", "{bridge}", any), "priority"),
    summary: "A command on the durable lane.",
    message: "command",
  },
  cancel: { address: subjects.cancel("{commandId}"), summary: "Cancels a command or a run.", message: "cancel" },
  progress: {
    address: subjects.progress("{correlationId}"),
    summary: "Progress of everything that one request caused.",
    message: "progress",
  },
  result: {
    address: subjects.result("{app}", "{bridge}", "{command}"),
    summary: "Every result: the history.",
    message: "result",
  },
  state: {
    address: subjects.state("{app}", "{bridge}"),
    summary: "What the application looks like, each time it changed.",
    message: "stateUpdate",
  },
  event: {
    address: subjects.event("{app}", "{bridge}", "{event}"),
    summary: "What happened in the application, as its manifest declares it.",
    message: "event",
  },
  channel: {
    address: subjects.channel("{app}", "{bridge}", "{channel}"),
    summary: "A value that changes many times a second; never stored.",
    message: "channelValue",
  },
  linkStatus: {
    address: subjects.linkStatus("{app}", "{bridge}"),
    summary: "How the links do that end at this bridge: at a change, at most once a second and at least every five.",
    message: "linkReport",
  },
  run: {
    address: subjects.run("{runId}"),
    summary: "The log of one run, appended with the expected last sequence of its subject.",
    message: "runEvent",
  },
  context: {
    address: subjects.context("{project}", "{kind}"),
    summary: "Changes of a project's context.",
    message: "contextChange",
  },
  trigger: {
    address: named(subjects.trigger(any), "triggerId"),
    summary: "Each time that a trigger fired, or why it did not.",
    message: "firing",
  },
  alert: {
    address: named(subjects.alert(any), "severity"),
    summary: "What a person must look at.",
    message: "alert",
  },
  ...Object.fromEntries(
    verbs().map(({ service, verb, id }) => [id, {
      address: subjects.service(service, verb),
      summary: `The verb \`${verb}\` of the service \`${service}\`; any of its replicas answers.`,
      message: `${id}.request`,
      reply: `${id}.result`,
    }]),
  ),
};

/** What may stand for a parameter. */
export const PARAMETERS: Readonly<Record<string, { description: string; enum?: readonly string[] }>> = {
  app: { description: "The application: `blender`." },
  bridge: { description: "The bridge's id: `ws-07`. A command may be sent to `any` of them." },
  command: { description: "A command of the application's manifest: `create_object`." },
  priority: { description: "Which job goes first.", enum: Priority.options },
  commandId: { description: "The id of the command, or of the run." },
  correlationId: { description: "The same for everything that one request caused." },
  event: { description: "An event of the application's manifest: `render_finished`." },
  channel: { description: "A channel of the application's manifest." },
  runId: { description: "The run's id." },
  project: { description: "The project's name." },
  kind: { description: "What of the context changed." },
  triggerId: { description: "The id of the trigger: `kick`." },
  severity: { description: "How bad it is.", enum: Severity.options },
};

function verbs(): { service: string; verb: string; id: string }[] {
  return Object.entries(SERVICES).flatMap(([service, verbs]) =>
    Object.keys(verbs).map((verb) => ({ service, verb, id: `svc.${service}.${verb}` }))
  );
}
