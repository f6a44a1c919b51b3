/** Doubles of the services behind the gateway: they answer from memory, and write run logs as the conductor does. */
import { type Bus, publish, type RunningService, serviceEndpoint, startService } from "@patchbay/bus";
import {
  applyRunEvent,
  type ApprovalState,
  type BridgeState,
  EMBEDDED_POLICIES,
  envelope,
  newId,
  PatchbayError,
  type Plan,
  type PlanRecord,
  PoliciesRecord,
  type Presence,
  type Rehearsal,
  type Result,
  type Run,
  type RunEvent,
  type ServiceName,
  SERVICES,
  type StepDecision,
  subjects,
  type Verb,
} from "@patchbay/contracts";
import { manifestDocument } from "@patchbay/contracts";
import { counter } from "./counter.ts";

// deno-lint-ignore no-explicit-any -- each verb has its own request
type Handlers = Record<string, (request: any) => unknown>;

/** Starts one service whose verbs are these functions. */
export function startServiceDouble(bus: Bus, service: ServiceName, handlers: Handlers): Promise<RunningService> {
  const verbs: Record<string, Verb> = SERVICES[service];
  return startService(bus, {
    name: service,
    version: "1.0.0",
    description: "a double",
    source: service,
    graceMs: 100,
    endpoints: Object.entries(handlers).map(([verb, handler]) =>
      serviceEndpoint(service, verb, { payload: verbs[verb]!.request, handler: ({ payload }) => handler(payload) })
    ),
  });
}

export const presence: Presence = {
  app: "counter",
  bridge: "ws-01",
  instance: newId(),
  status: "idle",
  reason: "connected",
  title: "Counter",
  host: "desk <7>",
  pid: 1,
  startedAt: 1,
  bridgeVersion: "1.0.0",
  appVersion: "1.0",
  simulated: true,
  allowCode: false,
  queued: 0,
};

export const state: BridgeState = {
  app: "counter",
  bridge: "ws-01",
  revision: 3,
  instance: newId(),
  state: { count: 1 },
  updatedAt: 1,
};

const missing = (what: string) => new PatchbayError("NOT_FOUND", `Cannot find ${what}`, { context: { available: [] } });

export function startContextStoreDouble(bus: Bus, history: readonly Result[] = []): Promise<RunningService> {
  const here = <T>(value: T) => ({ bridge }: { bridge: string }) => {
    if (bridge !== presence.bridge) throw missing(`bridge '${bridge}'`);
    return value;
  };
  return startServiceDouble(bus, "context-store", {
    apps: () => ({ apps: [manifestDocument(counter)] }),
    app: ({ app }) => {
      if (app !== "counter") throw new PatchbayError("UNKNOWN_APP", `Cannot find application '${app}'`);
      return manifestDocument(counter);
    },
    bridges: () => ({ bridges: [presence] }),
    bridge: here(presence),
    state: here(state),
    history: ({ limit }) => ({ results: history.slice(0, limit) }),
  });
}

/** Plans one step for each word of the instruction that is a command of the counter. */
export function startPlannerDouble(bus: Bus): Promise<RunningService> {
  return startServiceDouble(bus, "llm-planner", {
    plan: ({ instruction, provider = "double" }) => {
      const words = String(instruction).split(" ");
      const unknown = words.find((word) => !Object.hasOwn(counter.commands, word));
      if (unknown !== undefined) {
        throw new PatchbayError("NOT_UNDERSTOOD", `Cannot plan: '${unknown}' was not understood`, {
          context: { clauses: [{ clause: unknown, position: 0, suggestions: ["increment"] }] },
        });
      }
      return { plan: planOf(words, instruction, provider) };
    },
  });
}

export function planOf(commands: readonly string[], instruction?: string, provider = "hand"): Plan {
  return {
    id: newId(),
    ...(instruction === undefined ? {} : { instruction }),
    steps: commands.map((command, i) => ({
      id: `s${i + 1}`,
      app: "counter",
      command,
      args: {},
      dependsOn: [],
      onError: "stop",
    })),
    provenance: { provider, createdAt: 1 },
  };
}

export interface ConductorDouble extends AsyncDisposable {
  /** Appends one event to a run's log. */
  append(runId: string, event: RunEvent): Promise<void>;
  readonly cancelled: readonly string[];
  /** What was asked about approvals and policies, in order. */
  readonly asked: readonly { verb: string; request: Record<string, unknown> }[];
}

const DIGEST = `sha256:${"0".repeat(64)}`;
const CHANGED = `sha256:${"1".repeat(64)}`;

/** Keeps plans; begins runs, whose steps the test takes on by {@linkcode ConductorDouble.append}. */
export async function startConductorDouble(bus: Bus): Promise<ConductorDouble> {
  const plans = new Map<string, PlanRecord>();
  const runs = new Map<string, Run>();
  const rehearsals = new Map<string, Rehearsal>();
  const cancelled: string[] = [];
  const asked: { verb: string; request: Record<string, unknown> }[] = [];
  let policies: PoliciesRecord = { policies: EMBEDDED_POLICIES, revision: 0 };
  const noting =
    (verb: string, answer: (request: Record<string, unknown>) => unknown) => (request: Record<string, unknown>) => {
      asked.push({ verb, request });
      return answer(request);
    };
  /** What a studio of one's own asks for. */
  const approvalOf = ({ planId }: Record<string, unknown>): ApprovalState => {
    const { plan, digest = DIGEST } = find(plans, String(planId), "plan");
    const steps = plan.steps.map(({ id: stepId, app, command }): StepDecision => {
      const { effect } = counter.commands[command as keyof typeof counter.commands];
      const decision = EMBEDDED_POLICIES.defaults[effect];
      return { stepId, app, command, effect, decision, reason: "the default", approved: false };
    });
    const status = steps.some(({ decision }) => decision === "ask") ? "needed" : "allowed";
    return { digest, status, steps, approvals: [] };
  };
  const find = <T>(map: Map<string, T>, id: string, what: string): T => {
    const found = map.get(id);
    if (found === undefined) throw missing(`${what} '${id}'`);
    return found;
  };
  const append = async (runId: string, event: RunEvent) => {
    runs.set(runId, applyRunEvent(runs.get(runId), event));
    await publish(bus, subjects.run(runId), envelope({ type: "event", payload: event, source: "conductor" }));
  };
  const service = await startServiceDouble(bus, "conductor", {
    save_plan: ({ plan, digest }) => {
      const before = plans.get(plan.id);
      if (digest !== undefined && before?.digest !== digest) {
        throw PatchbayError.of("CONFLICT", "Cannot save plan: it has changed", { context: { seen: digest } });
      }
      const record: PlanRecord = {
        plan,
        status: "validated",
        digest: before === undefined ? DIGEST : CHANGED,
        updatedAt: 1,
      };
      plans.set(plan.id, record);
      return record;
    },
    plan: ({ id }) => find(plans, id, "plan"),
    plans: ({ limit }) => ({ plans: [...plans.values()].slice(0, limit) }),
    rehearse_plan: ({ planId }) => {
      const record = find(plans, planId, "plan");
      const { digest = DIGEST } = record;
      const rehearsal = { planId, digest, at: 2, tookMs: 1, ok: true, expectedMs: 3, stages: [], steps: [] };
      plans.set(planId, { ...record, status: "rehearsed", rehearsedAt: 2 });
      rehearsals.set(planId, rehearsal);
      return rehearsal;
    },
    rehearsal: ({ planId }) => find(rehearsals, planId, "rehearsal"),
    approval: approvalOf,
    approve_plan: noting("approve_plan", (request) => ({ approval: approvalOf(request) })),
    reject_plan: noting("reject_plan", ({ planId }) => ({
      ...find(plans, String(planId), "plan"),
      status: "cancelled",
    })),
    policies: () => policies,
    put_policies: noting("put_policies", ({ policies: changed, revision }) => {
      if (revision !== undefined && revision !== policies.revision) {
        throw PatchbayError.of("CONFLICT", "Cannot change the policies: others did");
      }
      return policies = PoliciesRecord.parse({ policies: changed, revision: policies.revision + 1 });
    }),
    run_plan: async ({ planId, runId: wanted, ...question }) => {
      const { plan } = find(plans, planId, "plan");
      const runId = wanted ?? newId();
      asked.push({ verb: "run_plan", request: question });
      const approval = approvalOf({ planId });
      if (approval.status === "needed") return { runId, status: "awaiting_approval", approval };
      if (!runs.has(runId)) await append(runId, { type: "RUN_STARTED", at: 1, runId, plan, correlationId: newId() });
      return { runId, status: "running" };
    },
    run: ({ runId }) => find(runs, runId, "run"),
    cancel_run: ({ runId }) => {
      find(runs, runId, "run");
      cancelled.push(runId);
      return {};
    },
  });
  return { append, cancelled, asked, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}
