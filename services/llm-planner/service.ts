/** The service `llm-planner`: an instruction in, a validated plan out. */
import { type Bus, type Call, type RunningService, send, serviceEndpoint, startService } from "@patchbay/bus";
import {
  envelope,
  Instruction,
  PatchbayError,
  type Plan,
  type Progress,
  SERVICES,
  subjects,
  ValidationError,
} from "@patchbay/contracts";
import { ATTRIBUTES, logger, span } from "@patchbay/telemetry";
import { z } from "zod";
import { checkPlan } from "./check_plan.ts";
import { claudeProvider } from "./claude/mod.ts";
import { readConfig } from "./config.ts";
import { phrasebookProvider } from "./phrasebook/mod.ts";
import { KnownManifests } from "./known_manifests.ts";
import type { Provider } from "./provider.ts";
import { replan } from "./replan.ts";
import { loadWorld } from "./world.ts";

export interface LlmPlannerOptions {
  bus: Bus;
  /** Who plans when the request does not say. @default `PATCHBAY_PROVIDER`, else `phrasebook` */
  provider?: string;
  /** More providers, or others in the place of ours. */
  providers?: Readonly<Record<string, Provider>>;
  /** Keys and settings: see `config.ts`. @default the process's environment */
  environment?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

const log = logger("llm-planner");
const verbs = SERVICES["llm-planner"];
/** The instruction's length is checked by us, so that the answer can name the limit. */
const Request = verbs.plan.request.extend({ instruction: z.string() });

/**
 * Starts the service; it is reachable when the promise resolves.
 * @throws `PatchbayError` `INVALID_CONFIGURATION` for a default provider that there is none of, or a bad setting
 */
export async function startLlmPlanner(options: LlmPlannerOptions): Promise<RunningService> {
  const { bus, signal } = options;
  const config = readConfig(options.environment ?? Deno.env.toObject());
  const providers = new Map<string, Provider>(Object.entries({
    phrasebook: phrasebookProvider,
    claude: claudeProvider(config.claude),
    ...options.providers,
  }));
  const fallback = options.provider ?? config.provider;
  if (!providers.has(fallback)) throw unknownProvider("INVALID_CONFIGURATION", fallback, providers);

  const known = new KnownManifests();
  const plan = async (call: Call<z.infer<typeof Request>>): Promise<{ plan: Plan }> => {
    const { provider: name = fallback, project } = call.payload;
    const instruction = readInstruction(call.payload.instruction);
    const provider = providers.get(name);
    if (provider === undefined) throw unknownProvider("INVALID_REQUEST", name, providers);
    const { correlationId } = call.message.metadata;
    const attributes = { [ATTRIBUTES.genAiOperation]: "plan", [ATTRIBUTES.genAiAgent]: name };
    return await span(`plan ${name}`, { attributes }, async (active) => {
      const world = await loadWorld({ bus, known }, correlationId, call.signal);
      const onProgress = (message: string) => report(bus, call, message);
      const made = await provider.plan({ ...world, instruction, signal: call.signal, onProgress });
      const checked = checkPlan(made.plan, world);
      if (!checked.ok) {
        throw new ValidationError("PLAN_INVALID", invalidText(checked.issues), { issues: checked.issues });
      }
      active.setAttribute(ATTRIBUTES.planId, checked.plan.id);
      log.info("{provider} planned {steps} steps", {
        provider: name,
        steps: checked.plan.steps.length,
        plan: checked.plan.id,
      });
      return { plan: project === undefined ? checked.plan : { ...checked.plan, projectId: project } };
    });
  };

  return await startService(bus, {
    name: "llm-planner",
    version: "0.1.0",
    description: "Makes validated plans from instructions in words.",
    metadata: { providers: [...providers.keys()].join(","), default: fallback },
    source: "llm-planner",
    endpoints: [
      serviceEndpoint("llm-planner", "plan", { payload: Request, handler: plan }),
      serviceEndpoint("llm-planner", "replan", {
        payload: verbs.replan.request,
        handler: (call) => replan({ bus, known, providers, fallback, onProgress: report }, call),
      }),
    ],
    ...(signal === undefined ? {} : { signal }),
  });
}

function readInstruction(text: string): string {
  const parsed = Instruction.safeParse(text);
  if (parsed.success) return parsed.data;
  const { message } = parsed.error.issues[0] ?? { message: "invalid" };
  throw new ValidationError("INVALID_REQUEST", `Cannot plan an instruction of ${text.length} characters: ${message}`, {
    issues: [{ path: ["instruction"], message }],
  });
}

function unknownProvider(
  code: "INVALID_REQUEST" | "INVALID_CONFIGURATION",
  name: string,
  providers: ReadonlyMap<string, Provider>,
): PatchbayError {
  const available = [...providers.keys()];
  return PatchbayError.of(code, `Cannot plan: there is no provider '${name}', only ${available.join(", ")}`, {
    context: { available },
    issues: [{ path: ["provider"], message: `one of ${available.join(", ")}` }],
  });
}

function invalidText(issues: readonly { message: string; stepId?: string }[]): string {
  const [first] = issues;
  const where = first?.stepId === undefined ? "" : ` in step '${first.stepId}'`;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return `The plan does not hold${where}: ${first?.message ?? "invalid"}${more}`;
}

function report(bus: Bus, { message: { id, metadata } }: Call<unknown>, message: string): void {
  const payload: Progress = { commandId: id, message: message.slice(0, 1000) };
  const { correlationId } = metadata;
  send(
    bus,
    subjects.progress(correlationId),
    envelope({ type: "progress", payload, source: "llm-planner", correlationId, causationId: id }),
  );
}
