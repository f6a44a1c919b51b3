/** How a log record looks: as a line of JSON for programs, or as a line for a person. */
import type { LogRecord } from "@logtape/logtape";
import { trace } from "@opentelemetry/api";
import { redact, redactText } from "./redact.ts";

export type LogFormat = "json" | "pretty";

/** `{"time":"…","level":"info","logger":"patchbay.gateway","message":"…","correlationId":"…","traceId":"…",…}` and a line feed. */
export function jsonLine(record: LogRecord): string {
  const fields = redact({ ...record.properties });
  const line = {
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    logger: record.category.join("."),
    message: messageOf(record),
    ...traceFields(),
    ...(typeof fields === "object" ? fields : {}),
  };
  return `${JSON.stringify(line)}\n`;
}

/**
 * `12:34:56.789 warning gateway: … correlationId=… key=value`, without what the message says already; of an error only
 * its message: the stack is in the JSON.
 */
export function prettyLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  const said = new Set(record.message.filter((_, i) => i % 2 === 1));
  const short = Object.entries(record.properties).filter(([, value]) => !said.has(value))
    .map(([name, value]) => [name, briefly(value)]);
  const fields = redact(Object.fromEntries(short));
  const pairs = Object.entries(typeof fields === "object" && fields !== null ? fields : {})
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const name = record.category.filter((part) => part !== "patchbay").join(".");
  return `${time} ${record.level.padEnd(7)} ${name}: ${visible(messageOf(record) + pairs.join(""))}\n`;
}

/** What applications and strangers say is logged too: it neither steers the terminal nor looks like another record. */
const visible = (text: string) =>
  text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

export const LINES: Record<LogFormat, (record: LogRecord) => string> = { json: jsonLine, pretty: prettyLine };

const briefly = (value: unknown) => value instanceof Error ? value.message : value;

/** An error within the message is its text: the fields have the rest. */
function messageOf(record: LogRecord): string {
  const parts = record.message.map((part, i) => i % 2 === 0 ? part : briefly(part));
  return redactText(parts.map((part) => typeof part === "string" ? part : JSON.stringify(redact(part))).join(""));
}

function traceFields(): { traceId?: string; spanId?: string } {
  const context = trace.getActiveSpan()?.spanContext();
  return context === undefined ? {} : { traceId: context.traceId, spanId: context.spanId };
}
