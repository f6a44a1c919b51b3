/** Reads server-sent events (HTML standard, 9.2.6). */

export interface ReceivedEvent {
  /** @default "message" */
  event: string;
  data: string;
  /** The last id that the stream gave, with this event or before. */
  lastEventId: string;
}

/**
 * The events of a stream of text; comments are passed over. An event that the end cuts off is dropped.
 * @param lastEventId of the connection before
 */
export async function* readEvents(text: ReadableStream<string>, lastEventId = ""): AsyncGenerator<ReceivedEvent> {
  let event = "";
  let data: string[] = [];
  for await (const line of lines(text)) {
    if (line === "") {
      if (data.length > 0) yield { event: event === "" ? "message" : event, data: data.join("\n"), lastEventId };
      event = "";
      data = [];
      continue;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) lastEventId = value;
  }
}

/** Lines that end in CR LF, LF or CR. */
async function* lines(text: ReadableStream<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of text) {
    rest += chunk;
    // A CR at the very end may be half of a CR LF.
    const complete = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
    const parts = complete.split(/\r\n|\n|\r/);
    rest = (parts.pop() ?? "") + rest.slice(complete.length);
    yield* parts;
  }
}
