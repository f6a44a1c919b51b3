/**
 * A local stand-in for the Messages API: speaks its server-sent events as the real one does, says what each test tells it
 * to say, and keeps what it was asked.
 */
import { z } from "zod";

/** What it does with one request. */
export type Scene =
  /** Streams this text, in small pieces. */
  | { say: string; stopReason?: string; usage?: { input: number; output: number } }
  /** Answers an error instead of a stream. */
  | { status: number; type: string; message: string; headers?: Record<string, string> }
  /** Begins to stream, then sends an error event. */
  | { say: string; errorEvent: string }
  /** Begins to stream, then closes the connection. */
  | { say: string; breakOff: true }
  /** Begins to stream, then says nothing more. */
  | { say: string; hang: true };

const Asked = z.looseObject({
  model: z.string(),
  stream: z.boolean(),
  system: z.array(z.looseObject({ text: z.string() })),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })),
  output_config: z.looseObject({
    format: z.looseObject({ type: z.literal("json_schema"), schema: z.record(z.string(), z.unknown()) }),
  }),
});
export type Asked = z.infer<typeof Asked>;

export interface MessagesApiStandIn extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** The `Authorization` headers that came. */
  readonly authorizations: readonly (string | null)[];
  /** Resolves once a stream that hangs has begun. */
  readonly hanging: Promise<void>;
}

const encoder = new TextEncoder();

/** Starts it; each request gets the next scene, and the last scene is repeated. */
export function startMessagesApiStandIn(scenes: readonly Scene[]): MessagesApiStandIn {
  const asked: Asked[] = [];
  const authorizations: (string | null)[] = [];
  const { promise: hanging, resolve: onHang } = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    authorizations.push(request.headers.get("authorization"));
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/v1/messages") return errorAnswer(404, "not_found_error", pathname);
    const parsed = Asked.safeParse(await request.json());
    if (!parsed.success) return errorAnswer(400, "invalid_request_error", parsed.error.message);
    asked.push(parsed.data);
    const scene = scenes[Math.min(asked.length, scenes.length) - 1];
    if (scene === undefined) return errorAnswer(500, "api_error", "no scene");
    if ("status" in scene) return errorAnswer(scene.status, scene.type, scene.message, scene.headers);
    return new Response(eventStream(scene, parsed.data.model, onHang), {
      headers: { "content-type": "text/event-stream; charset=utf-8", "request-id": `req_${asked.length}` },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    authorizations,
    hanging,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function errorAnswer(status: number, type: string, message: string, headers: Record<string, string> = {}): Response {
  const body = { type: "error", error: { type, message }, request_id: "req_error" };
  return Response.json(body, { status, headers: { ...headers, "request-id": "req_error" } });
}

function eventStream(
  scene: Exclude<Scene, { status: number }>,
  model: string,
  onHang: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const event of eventsOf(scene, model)) controller.enqueue(frame(event));
      if ("hang" in scene) return onHang();
      if ("breakOff" in scene) return controller.error(new Error("the stand-in breaks off"));
      controller.close();
    },
  });
}

type Event = { type: string } & Record<string, unknown>;

function frame(event: Event): Uint8Array {
  return encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

function eventsOf(scene: Exclude<Scene, { status: number }>, model: string): Event[] {
  const usage = "usage" in scene && scene.usage !== undefined ? scene.usage : { input: 100, output: 20 };
  const begin: Event[] = [
    {
      type: "message_start",
      message: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: {
          input_tokens: usage.input,
          cache_creation_input_tokens: 5,
          cache_read_input_tokens: 10,
          output_tokens: 1,
        },
      },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    ...(scene.say.match(/[^]{1,7}/g) ?? []).map((text) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text },
    })),
  ];
  if ("errorEvent" in scene) {
    return [...begin, { type: "error", error: { type: scene.errorEvent, message: "in the middle of it" } }];
  }
  if ("hang" in scene || "breakOff" in scene) return begin;
  return [
    ...begin,
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: scene.stopReason ?? "end_turn", stop_sequence: null },
      usage: { output_tokens: usage.output },
    },
    { type: "message_stop" },
  ];
}
