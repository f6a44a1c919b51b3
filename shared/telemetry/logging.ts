/** Structured logs, through LogTape. */
import {
  configure,
  dispose,
  getLevelFilter,
  getLogger,
  type Logger,
  type LogLevel,
  type Sink,
  withFilter,
} from "@logtape/logtape";
import { implicitContext } from "./correlation.ts";
import { telemetryIsOn } from "./enabled.ts";
import { jsonLine, LINES, type LogFormat } from "./log_format.ts";

export type { Logger, LogLevel };

export interface LoggingOptions {
  /** The least that is written. @default "info" */
  level?: LogLevel;
  /** The least that the console shows; what is exported and what goes to the file is not affected. @default `level` */
  consoleLevel?: LogLevel;
  /** Of the console. @default "json" */
  format?: LogFormat;
  /** Also writes JSON lines to this file; `file.1` … are the older ones. */
  file?: string;
  /** How large a file becomes before the next is begun, in bytes. @default 10 MiB */
  maxFileBytes?: number;
  /** How many older files are kept. @default 5 */
  maxFiles?: number;
  /** Takes the console's lines instead. */
  write?: (line: string) => void;
}

/**
 * The logger of a part. Without {@linkcode configureLogging}, it writes nothing.
 * @example `logger("gateway").info("listening on {url}", { url })`
 */
export function logger(category: string | readonly string[]): Logger {
  return getLogger(["patchbay", ...(typeof category === "string" ? [category] : category)]);
}

/** Says where logs go, once a process. Disposing flushes and closes the file. */
export async function configureLogging(options: LoggingOptions = {}): Promise<AsyncDisposable> {
  const sinks: Record<string, Sink> = { console: consoleSink(options) };
  if (options.file !== undefined) {
    const { getRotatingFileSink } = await import("@logtape/file");
    sinks["file"] = getRotatingFileSink(options.file, {
      formatter: jsonLine,
      maxSize: options.maxFileBytes ?? 10 * 1024 * 1024,
      maxFiles: options.maxFiles ?? 5,
      // a crash must not take the lines that explain it along
      bufferSize: 0,
    });
  }
  const names = Object.keys(sinks);
  await configure({
    reset: true,
    contextLocalStorage: implicitContext,
    sinks,
    loggers: [
      { category: "patchbay", lowestLevel: options.level ?? "info", sinks: names },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: names },
    ],
  });
  return { [Symbol.asyncDispose]: dispose };
}

function consoleSink({ format = "json", write, consoleLevel = "trace" }: LoggingOptions): Sink {
  if (write !== undefined) return (record) => write(LINES[format](record));
  // Deno exports what goes through `console`, with severity and trace context, and prints it too: so each line goes
  // through there once, as JSON, whose fields a log store can search; LogTape's own OpenTelemetry sink would need a second
  // exporter beside Deno's
  if (telemetryIsOn()) return (record) => exported(record.level)(jsonLine(record).trimEnd());
  const encoder = new TextEncoder();
  return withFilter((record) => writeAll(encoder.encode(LINES[format](record))), getLevelFilter(consoleLevel));
}

// deno-lint-ignore no-console
const EXPORTED = { debug: console.debug, info: console.info, warn: console.warn, error: console.error };

function exported(level: LogLevel): (line: string) => void {
  if (level === "trace" || level === "debug") return EXPORTED.debug;
  if (level === "info") return EXPORTED.info;
  return level === "warning" ? EXPORTED.warn : EXPORTED.error;
}

/** Standard output belongs to what a command answers, so logs go to standard error. */
function writeAll(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += Deno.stderr.writeSync(bytes.subarray(done));
}
