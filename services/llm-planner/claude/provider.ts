/** Plans with a language model: one structured answer, checked here, repaired at most twice. */
import { PatchbayError, type PlanIssue, type Step, ValidationError } from "@patchbay/contracts";
import type Anthropic from "@anthropic-ai/sdk";
import { checkPlan, checkRest } from "../check_plan.ts";
import { newPlan, type PlanRequest, type Provider, type ReplanRequest, type Usage, type World } from "../provider.ts";
import { type AnswerFormat, answerFormat, textFormat } from "./answer_schema.ts";
import { chat, type ChatAnswer } from "./chat.ts";
import { type FoundCommand, relevantCommands } from "./command_search.ts";
import { instructionPrompt, systemPrompt, worldPrompt } from "./prompt.ts";
import { replanPrompt, wordsOf } from "./replan_prompt.ts";
import { corrected, readAnswer, stepsOf } from "./read_answer.ts";
import { againPrompt, repairPrompt, unreadablePrompt } from "./repair.ts";

export interface ClaudeSettings {
  /** Empty when there is none: then every plan is refused with `MODEL_AUTH_FAILED`. */
  apiKey: string;
  model: string;
  /** @default the public API */
  baseUrl?: string;
  /** For one answer of the model, in milliseconds. */
  timeoutMs: number;
  /** How often a request that failed for a moment is sent again. @default 2 */
  maxRetries?: number;
}

const MAX_REPAIRS = 2;

/** A provider that asks the Messages API. */
export function claudeProvider(settings: ClaudeSettings): Provider {
  let client: Promise<Anthropic> | undefined;
  const begin = async (task: Task) => {
    if (settings.apiKey === "") {
      throw new PatchbayError("MODEL_AUTH_FAILED", "Cannot plan with claude: there is no key (ANTHROPIC_API_KEY)");
    }
    client ??= connect(settings);
    return new Planning(await client, settings, task);
  };
  return {
    async plan(request) {
      const planning = await begin(firstTask(request));
      const { steps, model, usage } = await planning.plan();
      const checked = checkPlan(newPlan(request.instruction, steps, { provider: "claude", model, usage }), request);
      // the steps are those of a plan that was checked
      if (!checked.ok) throw new ValidationError("MODEL_OUTPUT_INVALID", "Cannot plan with claude", checked);
      return { plan: checked.plan, usage };
    },
    async replan(request) {
      return await (await begin(restTask(request))).plan();
    },
  };
}

/** What the model is to plan. */
interface Task extends World {
  /** What the commands are searched by. */
  words: string;
  prompt: string;
  /** The steps, complete, if they hold. */
  check(steps: Step[]): { ok: true; steps: Step[] } | { ok: false; issues: PlanIssue[] };
  signal: AbortSignal;
  onProgress(message: string): void;
}

function firstTask(request: PlanRequest): Task {
  const { instruction } = request;
  return {
    ...request,
    words: instruction,
    prompt: instructionPrompt(instruction),
    check(steps) {
      const checked = checkPlan(newPlan(instruction, steps, { provider: "claude" }), request);
      return checked.ok ? { ok: true, steps: checked.plan.steps } : checked;
    },
  };
}

function restTask(request: ReplanRequest): Task {
  return {
    ...request,
    words: wordsOf(request),
    prompt: replanPrompt(request),
    check: (steps) => checkRest(request.run, steps, request),
  };
}

/** The SDK is large: it is loaded when the first plan needs it. Its own spans are off, as ours say the same. */
async function connect({ apiKey, baseUrl, maxRetries = 2, timeoutMs }: ClaudeSettings): Promise<Anthropic> {
  const { default: Client } = await import("@anthropic-ai/sdk");
  return new Client({
    apiKey,
    maxRetries,
    timeout: timeoutMs,
    openTelemetry: false,
    logLevel: "off",
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
  });
}

/** One task on its way to steps. */
class Planning {
  readonly #client: Anthropic;
  readonly #settings: ClaudeSettings;
  readonly #task: Task;
  readonly #commands: readonly FoundCommand[];
  #format: AnswerFormat;
  #usage: Usage = { inputTokens: 0, outputTokens: 0 };
  #model: string;

  constructor(client: Anthropic, settings: ClaudeSettings, task: Task) {
    this.#client = client;
    this.#settings = settings;
    this.#task = task;
    this.#commands = relevantCommands(task.words, task.manifests);
    this.#format = answerFormat(this.#commands);
    this.#model = settings.model;
  }

  async plan() {
    if (this.#commands.length === 0) {
      throw this.#notUnderstood("no application has told what it can do; start a bridge");
    }
    let steps: Step[] | undefined;
    let issues: PlanIssue[] = [];
    let correction = "";
    for (let repairs = 0; repairs <= MAX_REPAIRS; repairs++) {
      if (repairs > 0) {
        this.#task.onProgress(`the plan does not hold yet: ${issues[0]?.message ?? "invalid"}; repairing`);
      }
      const { text } = await this.#ask(correction);
      const read = readAnswer(text);
      if (!read.ok) {
        issues = read.issues;
        correction = steps === undefined ? unreadablePrompt(issues) : repairPrompt(steps, issues);
        continue;
      }
      if (read.answer.steps.length === 0) {
        throw this.#notUnderstood(read.answer.unclear || "the model found nothing to do");
      }
      steps = steps === undefined ? stepsOf(read.answer) : corrected(steps, read.answer);
      const checked = this.#task.check(steps);
      if (checked.ok) return { steps: checked.steps, model: this.#model, usage: this.#usage };
      issues = checked.issues;
      if (issues.some(({ code }) => code === "duplicate")) {
        steps = undefined;
        correction = againPrompt(issues);
      } else correction = repairPrompt(steps, issues);
    }
    throw new ValidationError(
      "MODEL_OUTPUT_INVALID",
      `Cannot plan with claude: after ${MAX_REPAIRS} repairs, ${issues[0]?.message}`,
      { issues },
    );
  }

  /** Asks, and once more with a simpler schema where the API refuses the first. */
  async #ask(correction: string): Promise<ChatAnswer> {
    const { isSchemaRefused, modelError } = await import("./model_errors.ts");
    try {
      return await this.#chat(correction);
    } catch (error) {
      this.#task.signal.throwIfAborted();
      if (!isSchemaRefused(error) || this.#format.form === "text") throw modelError(error, this.#settings.model);
    }
    this.#format = textFormat(this.#commands);
    try {
      return await this.#chat(correction);
    } catch (error) {
      this.#task.signal.throwIfAborted();
      throw modelError(error, this.#settings.model);
    }
  }

  async #chat(correction: string): Promise<ChatAnswer> {
    const { prompt, signal, onProgress } = this.#task;
    const { model, timeoutMs } = this.#settings;
    onProgress(`asking ${model}`);
    let said = 0;
    const answer = await chat({
      client: this.#client,
      model,
      system: [systemPrompt(this.#commands, this.#format), worldPrompt(this.#task)],
      user: [prompt, correction].filter((text) => text !== "").join("\n\n"),
      schema: this.#format.schema,
      timeoutMs,
      signal,
      onText: (text) => {
        const steps = text.split('"command"').length - 1;
        if (steps > said) onProgress(`planned ${said = steps} ${steps === 1 ? "step" : "steps"}`);
      },
    });
    this.#model = answer.model;
    this.#usage = {
      inputTokens: this.#usage.inputTokens + answer.usage.inputTokens,
      outputTokens: this.#usage.outputTokens + answer.usage.outputTokens,
    };
    return answer;
  }

  #notUnderstood(reason: string): PatchbayError {
    const { words } = this.#task;
    return new PatchbayError("NOT_UNDERSTOOD", `Cannot plan: ${reason.slice(0, 500)}`, {
      context: {
        clauses: [{ clause: words.slice(0, 500), position: 0, reason: reason.slice(0, 500), suggestions: [] }],
      },
    });
  }
}
