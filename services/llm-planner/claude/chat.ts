/** One question to the model, its answer streamed: the text, and what it cost. */
import { PatchbayError } from "@patchbay/contracts";
import { ATTRIBUTES, span, SpanKind } from "@patchbay/telemetry";
import type Anthropic from "@anthropic-ai/sdk";
import type { Usage } from "../provider.ts";

export interface ChatRequest {
  client: Anthropic;
  model: string;
  /** The first is cached. */
  system: readonly string[];
  user: string;
  schema: Record<string, unknown>;
  timeoutMs: number;
  signal: AbortSignal;
  /** Called as the answer grows, with all of it so far. */
  onText(text: string): void;
}

export interface ChatAnswer {
  text: string;
  model: string;
  usage: Usage;
}

const MAX_TOKENS = 16_000;

/**
 * @throws `PatchbayError` `MODEL_REFUSED`, `MODEL_OUTPUT_INVALID` for an answer that was cut off, `MODEL_UNAVAILABLE`,
 *   `MODEL_RATE_LIMITED`, `MODEL_AUTH_FAILED`; the signal's reason when it fires. What the API says of a schema is thrown as it is.
 */
export function chat(request: ChatRequest): Promise<ChatAnswer> {
  const attributes = {
    [ATTRIBUTES.genAiOperation]: "chat",
    [ATTRIBUTES.genAiProvider]: "anthropic",
    [ATTRIBUTES.genAiRequestModel]: request.model,
  };
  return span(`chat ${request.model}`, { kind: SpanKind.CLIENT, attributes }, async (active) => {
    const { stopReason, ...answer } = await ask(request);
    active.setAttributes({
      [ATTRIBUTES.genAiResponseModel]: answer.model,
      [ATTRIBUTES.genAiInputTokens]: answer.usage.inputTokens,
      [ATTRIBUTES.genAiOutputTokens]: answer.usage.outputTokens,
    });
    refuseUnfinished(stopReason);
    return answer;
  });
}

type Streamed = ChatAnswer & { stopReason: string | null };

async function ask(request: ChatRequest): Promise<Streamed> {
  const { client, model, system, user, schema, timeoutMs, signal } = request;
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    const events = await client.messages.create({
      model,
      max_tokens: MAX_TOKENS,
      stream: true,
      system: system.map((text, i) => ({
        type: "text",
        text,
        ...(i === 0 ? { cache_control: { type: "ephemeral" } } : {}),
      })),
      messages: [{ role: "user", content: user }],
      output_config: { format: { type: "json_schema", schema } },
    }, { signal: AbortSignal.any([signal, limit.signal]) });
    return await collect(events, request);
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    throw new PatchbayError("MODEL_UNAVAILABLE", `Cannot plan with claude: no answer within ${timeoutMs} ms`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The SDK would parse the text before anybody could see why the model stopped, so the events are read here. */
async function collect(
  events: AsyncIterable<Anthropic.RawMessageStreamEvent>,
  { model, onText }: ChatRequest,
): Promise<Streamed> {
  const answer: Streamed = { text: "", model, usage: { inputTokens: 0, outputTokens: 0 }, stopReason: null };
  let complete = false;
  for await (const event of events) {
    if (event.type === "message_start") {
      answer.model = event.message.model;
      answer.usage = usageOf(event.message.usage);
    } else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      answer.text += event.delta.text;
      onText(answer.text);
    } else if (event.type === "message_delta") {
      answer.stopReason = event.delta.stop_reason;
      answer.usage.outputTokens = event.usage.output_tokens;
    } else if (event.type === "message_stop") complete = true;
  }
  if (!complete) throw new TypeError("the stream broke off");
  return answer;
}

/** What a model wrote before it stopped early is no plan. */
function refuseUnfinished(reason: string | null): void {
  if (reason === "refusal") {
    throw new PatchbayError("MODEL_REFUSED", "Cannot plan with claude: the model declined the instruction");
  }
  if (reason === "max_tokens" || reason === "model_context_window_exceeded") {
    throw new PatchbayError("MODEL_OUTPUT_INVALID", `Cannot plan with claude: the plan was cut off (${reason})`);
  }
}

function usageOf(usage: Anthropic.Usage): Usage {
  const cached = (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
  return { inputTokens: usage.input_tokens + cached, outputTokens: usage.output_tokens };
}
