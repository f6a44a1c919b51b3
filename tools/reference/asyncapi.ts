/** `asyncapi.json`: the bus as an AsyncAPI 3.0 document. */
import { streamOf } from "@patchbay/bus";
import { HEADERS, type JsonSchema, jsonSchemas } from "@patchbay/contracts";
import bus from "../../shared/bus/deno.json" with { type: "json" };
import { type BusChannel, type BusMessage, CHANNELS, MESSAGES, PARAMETERS } from "./bus_channels.ts";
import { accessOf, BUS_USERS } from "./bus_users.ts";

type Document = Record<string, unknown>;
/** Where replies come; its address is known at run time only. */
const INBOX = "inbox";

const ref = (path: string) => ({ $ref: `#/${path}` });
const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  change: (value: A, key: string) => B,
): Record<string, B> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));

export function asyncApiReference(): Document {
  const schemas = jsonSchemas();
  const replies = Object.values(CHANNELS).flatMap(({ reply }) => reply === undefined ? [] : [reply]);
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Patchbay's bus",
      version: bus.version,
      description:
        "What the parts of a studio say to each other over NATS. Who may send and receive is the permission table; " +
        "each operation's tag is the user. Every message is an envelope; unknown fields are kept, missing ones refused.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    defaultContentType: "application/json",
    servers: {
      studio: { host: "127.0.0.1:4222", protocol: "nats", description: "Every user has an nkey of its own." },
    },
    channels: { ...mapValues(CHANNELS, channel), [INBOX]: inbox(["problem", ...new Set(replies)]) },
    operations: Object.fromEntries(Object.entries(CHANNELS).flatMap(([id, channel]) => operations(id, channel))),
    components: {
      messages: mapValues(MESSAGES, message),
      schemas: { Headers: headers(), ...mapValues({ ...named(schemas), ...schemas }, component) },
    },
  };
}

function channel({ address, summary, message }: BusChannel): Document {
  const stream = streamOf(address);
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const idle = BUS_USERS.every((user) => !accessOf(user, address).sends);
  const notes = [
    ...(stream === undefined ? [] : [`Kept in the stream ${stream}.`]),
    ...(idle ? ["Declared; nothing sends it yet."] : []),
  ];
  return {
    address,
    summary,
    ...(notes.length === 0 ? {} : { description: notes.join(" ") }),
    ...(names.length === 0 ? {} : { parameters: Object.fromEntries(names.map((name) => [name, PARAMETERS[name]])) }),
    messages: { [message]: ref(`components/messages/${message}`) },
    ...(stream === undefined ? {} : { "x-stream": stream }),
  };
}

const inbox = (replies: readonly string[]): Document => ({
  address: null,
  summary: "The sender's own inbox: the reply subject of its request.",
  messages: Object.fromEntries(replies.map((name) => [name, ref(`components/messages/${name}`)])),
});

function operations(id: string, { address, message, reply }: BusChannel): [string, Document][] {
  return BUS_USERS.flatMap((user) => {
    const { sends, receives } = accessOf(user, address);
    const operation = (action: "send" | "receive"): [string, Document] => [`${user.name}.${action}.${id}`, {
      action,
      channel: ref(`channels/${id}`),
      tags: [{ name: user.name }],
      messages: [ref(`channels/${id}/messages/${message}`)],
      ...(reply === undefined ? {} : {
        reply: {
          channel: ref(`channels/${INBOX}`),
          messages: [reply, "problem"].map((name) => ref(`channels/${INBOX}/messages/${name}`)),
        },
      }),
    }];
    return [...(sends ? [operation("send")] : []), ...(receives ? [operation("receive")] : [])];
  });
}

/** An envelope, with its type and payload made narrow. */
function message({ summary, type, payload }: BusMessage, name: string): Document {
  return {
    name,
    summary,
    headers: ref("components/schemas/Headers"),
    payload: {
      allOf: [ref("components/schemas/Envelope"), {
        type: "object",
        properties: {
          type: { const: type },
          ...(payload === undefined ? {} : { payload: ref(`components/schemas/${payload}`) }),
        },
      }],
    },
  };
}

const MEANINGS: Readonly<Record<keyof typeof HEADERS, string>> = {
  messageId: "The envelope's id: a message that is repeated is stored once.",
  traceparent: "W3C trace context.",
  tracestate: "W3C trace context.",
  correlationId: "As in the envelope's metadata.",
  deadline: "Milliseconds since 1970; later work is dropped and counted.",
  priority: "`high`, `normal` or `low`.",
  serviceError: "On an answer that is an error (ADR-32 of NATS).",
  serviceErrorCode: "The HTTP status of that error.",
};

function headers(): Document {
  const properties = Object.entries(HEADERS).map(([key, name]) => [name, {
    type: "string",
    description: MEANINGS[key as keyof typeof HEADERS],
  }]);
  return { type: "object", properties: Object.fromEntries(properties) };
}

/** A schema as a part of the document: what it and others hold under a name is a part of its own. */
function component(schema: JsonSchema, name: string): unknown {
  const { $schema: _dialect, $defs, ...rest } = schema;
  const own = rest["$ref"] === `#/$defs/${name}` ? (definitionsIn({ $defs }))[name] : rest;
  return JSON.parse(JSON.stringify(own).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'));
}

const definitionsIn = ({ $defs }: { $defs?: unknown }) => $defs as Record<string, JsonSchema> ?? {};

/** What schemas hold under a name, and is no message itself: a condition. */
function named(schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const all = Object.assign({}, ...Object.values(schemas).map(definitionsIn)) as Record<string, JsonSchema>;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(schemas, name)));
}
