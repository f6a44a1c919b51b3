/** The client: one property for each kind of thing that the gateway has. */
import { z } from "zod";
import {
  Alert,
  type AppManifest,
  ApprovalState,
  AssetRef,
  type BatchResult,
  type BridgeAddress,
  BridgeState,
  CommandRecord,
  type Commands,
  Id,
  JobRecord,
  type JsonObject,
  type Link,
  LinkRecord,
  ManifestDocument,
  PlanRecord,
  Presence,
  Progress,
  Rehearsal,
  Run,
  RunEvent,
  type RunSummary,
  SERVICES,
  UndoPreview,
} from "@patchbay/contracts";
import {
  type AppClient,
  appClient,
  type CommandOptions,
  commandRequest,
  runCommand,
  type SucceededResult,
  waitForCommand,
} from "./app_client.ts";
import { type BatchOptions, type BatchStep, runBatch } from "./batch.ts";
import { followStudio, type StudioEvent, type StudioFilter } from "./events.ts";
import { follow, type FollowOptions } from "./follow.ts";
import { type CallOptions, type ClientOptions, createHttp, type Http, type RevisionOptions } from "./http.ts";
import { monitoring } from "./monitoring.ts";
import { plans, policies } from "./plans.ts";
import { triggers } from "./triggers.ts";

export type { ClientOptions };

const Jobs = z.looseObject({ jobs: z.array(JobRecord) });
const Alerts = z.looseObject({ alerts: z.array(Alert) });
const RehearsedPlan = PlanRecord.extend({ rehearsal: Rehearsal });
const RunningPlan = PlanRecord.extend({ runId: Id, approval: ApprovalState.optional() });
const Assets = z.looseObject({ assets: z.array(AssetRef) });

export interface InstructOptions extends CallOptions {
  /** `phrasebook`, `claude`, … @default the studio's */
  provider?: string;
  project?: string;
}

export interface FollowRunOptions extends FollowOptions {
  /** Called with the progress of the run's commands, between its events. */
  onProgress?: (progress: Progress) => void;
}

export type Client = ReturnType<typeof createClient>;

/**
 * A client of one gateway. Every call rejects with a `PatchbayError`.
 *
 * @example
 * ```ts
 * import { createClient } from "@patchbay/client";
 *
 * async function addCube(key: string): Promise<void> {
 *   const client = createClient({ url: "http://127.0.0.1:7420", key });
 *   const { runId } = await client.instructions.run("add a red cube and render it");
 *   for await (const event of client.runs.follow(runId)) console.log(event.type);
 * }
 * ```
 */
export function createClient(options: ClientOptions) {
  const http = createHttp(options);
  return {
    /** Whether every part of the studio is there. @throws {PatchbayError} `SERVICE_UNAVAILABLE` with `context.missing` */
    ready: async (options?: CallOptions): Promise<void> => {
      await http.call({ method: "GET", path: "/readyz" }, z.looseObject({}), options);
    },
    /** Runs one command. @param address `blender.ws-07`, or `blender.any` */
    command: (
      address: BridgeAddress,
      command: string,
      args: Readonly<Record<string, unknown>> = {},
      options: Omit<CommandOptions, "bridge"> = {},
    ): Promise<SucceededResult> => runCommand(http, address, command, args, options),
    /**
     * Runs many commands as one, with nothing of others in between; all are checked first, and the application has one undo
     * step for them. Resolves also where some failed: `ok` says whether all succeeded, `items` what became of each.
     * @param address `blender.ws-07`, or `blender.any`
     * @throws {PatchbayError} where nothing of it was begun: `INVALID_ARGUMENTS` with its issues, `BRIDGE_OFFLINE`, …
     */
    batch: (address: BridgeAddress, commands: readonly BatchStep[], options: BatchOptions = {}): Promise<BatchResult> =>
      runBatch(http, address, commands, options),
    /** An application's commands as methods. */
    app: <C extends Commands>(manifest: AppManifest<C>): AppClient<C> => appClient(http, manifest),
    /** What happens in the studio, from now on, over every break of the connection. */
    events: (filter?: StudioFilter, options?: FollowOptions): AsyncGenerator<StudioEvent> =>
      followStudio(http, filter, options),
    apps: apps(http),
    bridges: bridges(http),
    commands: commands(http),
    jobs: jobs(http),
    alerts: alerts(http),
    monitoring: monitoring(http),
    instructions: instructions(http),
    plans: plans(http),
    policies: policies(http),
    runs: runs(http),
    assets: assets(http),
    links: links(http),
    triggers: triggers(http),
  };
}

const get = (path: string) => ({ method: "GET", path: `/v1/${path}` }) as const;
const part = encodeURIComponent;

const apps = (http: Http) => ({
  list: async (options?: CallOptions): Promise<ManifestDocument[]> =>
    (await http.call(get("apps"), SERVICES["context-store"].apps.result, options)).apps,
  get: (app: string, options?: CallOptions): Promise<ManifestDocument> =>
    http.call(get(`apps/${part(app)}`), ManifestDocument, options),
});

const bridges = (http: Http) => ({
  list: async (options?: CallOptions): Promise<Presence[]> =>
    (await http.call(get("bridges"), SERVICES["context-store"].bridges.result, options)).bridges,
  get: (address: BridgeAddress, options?: CallOptions): Promise<Presence> =>
    http.call(get(`bridges/${part(address)}`), Presence, options),
  state: (address: BridgeAddress, options?: CallOptions): Promise<BridgeState> =>
    http.call(get(`bridges/${part(address)}/state`), BridgeState, options),
  /** The last results, the latest first. */
  history: async (address: BridgeAddress, { limit, ...options }: CallOptions & { limit?: number } = {}) =>
    (await http.call(
      { ...get(`bridges/${part(address)}/history`), query: { limit } },
      SERVICES["context-store"].history.result,
      options,
    )).results,
});

const commands = (http: Http) => ({
  /** What became of a command. */
  get: (id: Id, options?: CallOptions) => http.call(get(`commands/${part(id)}`), CommandRecord, options),
  /** Its record once it has ended, however long that takes. */
  wait: (id: Id, options?: CallOptions): Promise<CommandRecord> => waitForCommand(http, { id }, options),
  cancel: (id: Id, options?: CallOptions) =>
    http.call({ method: "DELETE", path: `/v1/commands/${part(id)}` }, CommandRecord, options),
});

export interface JobFilter extends CallOptions {
  app?: string;
  /** A bridge, or `any` for those that any may have. */
  bridge?: string;
  /** @default 100 */
  limit?: number;
}

const jobs = (http: Http) => ({
  /**
   * Puts a command into the durable queue; its bridge need not be here.
   * @param address `blender.ws-07`, or `blender.any`
   * @example `const { id } = await client.jobs.enqueue("blender.any", "render_animation", {}); await client.commands.wait(id)`
   */
  enqueue: (
    address: BridgeAddress,
    command: string,
    args: Readonly<Record<string, unknown>> = {},
    options: Omit<CommandOptions, "bridge" | "lane"> = {},
  ): Promise<CommandRecord> =>
    http.call(commandRequest(address, command, args, { ...options, lane: "job" }), CommandRecord, options),
  /** What waits or runs, the oldest first. */
  list: async ({ app, bridge, limit, ...options }: JobFilter = {}): Promise<JobRecord[]> =>
    (await http.call({ ...get("jobs"), query: { app, bridge, limit } }, Jobs, options)).jobs,
});

const alerts = (http: Http) => ({
  /** What a person must look at, the latest first. */
  list: async ({ limit, ...options }: CallOptions & { limit?: number } = {}): Promise<Alert[]> =>
    (await http.call({ ...get("alerts"), query: { limit } }, Alerts, options)).alerts,
});

const instructions = (http: Http) => {
  const instruct = <S extends z.ZodType>(
    instruction: string,
    mode: "plan" | "rehearse" | "run",
    answer: S,
    { provider, project, ...options }: InstructOptions = {},
  ) =>
    http.call(
      { method: "POST", path: "/v1/instructions", json: { instruction, mode, provider, project } },
      answer,
      options,
    );
  return {
    /** Makes a plan, and keeps it. @throws {PatchbayError} `NOT_UNDERSTOOD` with `context.clauses` */
    plan: (instruction: string, options?: InstructOptions): Promise<PlanRecord> =>
      instruct(instruction, "plan", PlanRecord, options),
    /** Makes a plan, and tries it on simulators: no application is touched. */
    rehearse: (instruction: string, options?: InstructOptions) =>
      instruct(instruction, "rehearse", RehearsedPlan, options),
    /** Makes a plan and runs it; with the status `awaiting_approval` it begins once what `approval` names is approved. */
    run: (instruction: string, options?: InstructOptions) => instruct(instruction, "run", RunningPlan, options),
  };
};

/** Only some steps, and all that need them. */
export type UndoOptions = CallOptions & { steps?: readonly string[] };

const runs = (http: Http) => ({
  /** The latest first; undos and redos too. */
  list: async ({ plan, limit, ...options }: CallOptions & { plan?: Id; limit?: number } = {}): Promise<RunSummary[]> =>
    (await http.call({ ...get("runs"), query: { plan, limit } }, SERVICES.conductor.runs.result, options)).runs,
  /** What an undo would take back, and what it could not. */
  previewUndo: (id: Id, { steps, ...options }: UndoOptions = {}): Promise<UndoPreview> =>
    http.call({ ...get(`runs/${part(id)}/undo`), query: { steps: steps?.join(",") } }, UndoPreview, options),
  /** Takes a run back that is over: a run of its own. @throws {PatchbayError} `CONFLICT` while it runs, or where nothing is left */
  undo: (id: Id, { steps, ...options }: UndoOptions = {}) =>
    http.call(
      { method: "POST", path: `/v1/runs/${part(id)}/undo`, query: { steps: steps?.join(",") } },
      SERVICES.conductor.undo_run.result,
      options,
    ),
  /** Does again what an undo took back. */
  redo: (id: Id, options?: CallOptions) =>
    http.call({ method: "POST", path: `/v1/runs/${part(id)}/redo` }, SERVICES.conductor.redo_run.result, options),
  get: (id: Id, options?: CallOptions): Promise<Run> => http.call(get(`runs/${part(id)}`), Run, options),
  cancel: async (id: Id, options?: CallOptions): Promise<void> => {
    await http.send({ method: "DELETE", path: `/v1/runs/${part(id)}` }, options);
  },
  /** The run's log from its beginning to its end, over every break of the connection. */
  follow: async function* (id: Id, { onProgress, ...options }: FollowRunOptions = {}): AsyncGenerator<RunEvent> {
    for await (const { event, data } of follow(http, { path: `/v1/runs/${part(id)}/events` }, options)) {
      const value: unknown = JSON.parse(data);
      if (event === "progress") {
        const progress = Progress.safeParse(value);
        if (progress.success) onProgress?.(progress.data);
        continue;
      }
      const parsed = RunEvent.safeParse(value);
      if (!parsed.success) continue;
      yield parsed.data;
      if (parsed.data.type === "RUN_FINISHED") return;
    }
  },
});

/** A link as a person writes it. */
export type LinkDraft = z.input<typeof Link>;

const links = (http: Http) => {
  const path = (id: string) => `/v1/links/${part(id)}`;
  const ifMatch = (revision: number | undefined) => ({
    headers: revision === undefined ? {} : { "If-Match": `"${revision}"` },
  });
  const pausing = (verb: "pause" | "resume") => (id: string, { revision, ...options }: RevisionOptions = {}) =>
    http.call({ method: "POST", path: `${path(id)}/${verb}`, ...ifMatch(revision) }, LinkRecord, options);
  return {
    /** All links, and how they do. */
    list: async (options?: CallOptions): Promise<LinkRecord[]> =>
      (await http.call(get("links"), SERVICES["context-store"].links.result, options)).links,
    get: (id: string, options?: CallOptions): Promise<LinkRecord> =>
      http.call({ method: "GET", path: path(id) }, LinkRecord, options),
    /** @throws {PatchbayError} `CONFLICT` where the id is taken, `INVALID_ARGUMENTS` with the field of each issue */
    create: (link: Omit<LinkDraft, "id"> & { id?: string }, options?: CallOptions): Promise<LinkRecord> =>
      http.call({ method: "POST", path: "/v1/links", json: link }, LinkRecord, options),
    /** Creates a link, or puts this one in its place. */
    put: (link: LinkDraft, { revision, ...options }: RevisionOptions = {}): Promise<LinkRecord> =>
      http.call({ method: "PUT", path: path(link.id), json: link, ...ifMatch(revision) }, LinkRecord, options),
    /** A JSON Merge Patch (RFC 7396), while the link runs. @example `client.links.change("kick", { mapping: { clamp: [0, 2] } })` */
    change: (id: string, patch: JsonObject, { revision, ...options }: RevisionOptions = {}): Promise<LinkRecord> =>
      http.call({ method: "PATCH", path: path(id), json: patch, ...ifMatch(revision) }, LinkRecord, options),
    pause: pausing("pause"),
    resume: pausing("resume"),
    delete: async (id: string, { revision, ...options }: RevisionOptions = {}): Promise<void> => {
      await http.send({ method: "DELETE", path: path(id), ...ifMatch(revision) }, options);
    },
  };
};

const assets = (http: Http) => ({
  list: async (options?: CallOptions): Promise<AssetRef[]> => (await http.call(get("assets"), Assets, options)).assets,
  put: (
    { name, mediaType }: { name: string; mediaType: string },
    content: BodyInit,
    options?: CallOptions,
  ): Promise<AssetRef> =>
    http.call(
      { method: "PUT", path: "/v1/assets", query: { name }, headers: { "Content-Type": mediaType }, body: content },
      AssetRef,
      options,
    ),
  /** The content, as a response whose body can be read as a stream or whole. @throws {PatchbayError} `NOT_FOUND` */
  get: (id: string, options?: CallOptions): Promise<Response> => http.send(get(`assets/${part(id)}`), options),
});
