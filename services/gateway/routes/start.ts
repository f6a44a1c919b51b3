/** The page at `/`: how the studio is, and what to try. */
import type { PlanRecord, Presence } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { GatewayDeps } from "../deps.ts";
import { findJobs } from "../find_command.ts";
import { lastAlerts } from "../last_alerts.ts";
import { route } from "../route.ts";
import type { RunNow } from "../start_page_now.ts";
import { START_PAGE_CSP, startPage, type StartPageFacts } from "../start_page.ts";
import { suggestionsFor } from "../suggestions.ts";

const PATIENCE_MS = 1_000;
/** What is older has been looked at, or never will be, in milliseconds. */
const RECENT_MS = 24 * 60 * 60 * 1000;
const MOST_ALERTS = 5;
const MOST_WAITING = 5;
const MOST_RUNS = 5;
/** Plans that are looked at for those that wait. */
const LATEST_PLANS = 100;
/** One more than are listed: it says that there are more. */
const MOST_JOBS = 9;
const log = logger("gateway");

type Deps = Pick<
  GatewayDeps,
  "bus" | "call" | "commands" | "here" | "manifests" | "progress" | "showBridges" | "signal" | "version"
>;

export const startRoutes = (deps: Deps) => [
  route({
    method: "GET",
    path: "/",
    id: "getStartPage",
    summary: "A page for people: what runs, what waits for them, what was done, and what to try.",
    scope: "public",
    answers: { 200: { description: "HTML", mediaType: "text/html" } },
  }, async ({ request, correlationId }) => {
    const { origin } = new URL(request.url);
    const now = deps.showBridges ? await studioNow(deps, correlationId) : undefined;
    return new Response(startPage({ origin, version: deps.version, now }), {
      headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": START_PAGE_CSP },
    });
  }),
];

/** Each part by itself: one that does not answer keeps no other from the page. */
async function studioNow(deps: Deps, correlationId: string): Promise<StartPageFacts["now"]> {
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const at = Date.now();
  const [bridges, alerts, jobs, waiting, runs] = await Promise.all([
    orUnavailable(present(deps, correlationId)),
    orUnavailable(recentAlerts(deps, at, signal)),
    orUnavailable(findJobs({ ...deps, signal }, {}, MOST_JOBS)),
    orUnavailable(waitingPlans(deps, correlationId)),
    orUnavailable(latestRuns(deps, correlationId)),
  ]);
  const suggestions = bridges === "unavailable" ? [] : suggestionsFor(bridges, deps.manifests.apps);
  return { at, bridges, alerts, jobs, waiting, runs, suggestions };
}

const present = async ({ call }: Deps, correlationId: string): Promise<readonly Presence[]> =>
  (await call("context-store", "bridges", {}, { correlationId, timeoutMs: PATIENCE_MS })).bridges;

/** What asks for an approval is shown as long as it does, and not as something that went wrong. */
const recentAlerts = async ({ bus }: Deps, now: number, signal: AbortSignal) =>
  (await lastAlerts(bus, 4 * MOST_ALERTS, signal))
    .filter(({ at, code }) => at > now - RECENT_MS && code !== "APPROVAL_REQUIRED")
    .slice(0, MOST_ALERTS);

const waitingPlans = async ({ call }: Deps, correlationId: string): Promise<PlanRecord[]> =>
  (await call("conductor", "plans", { limit: LATEST_PLANS }, { correlationId, timeoutMs: PATIENCE_MS })).plans
    .filter(({ status }) => status === "awaiting_approval")
    .slice(0, MOST_WAITING);

async function latestRuns({ call }: Deps, correlationId: string): Promise<RunNow[]> {
  const options = { correlationId, timeoutMs: PATIENCE_MS };
  const { runs } = await call("conductor", "runs", { limit: MOST_RUNS }, options);
  return Promise.all(runs.map(async (run) => {
    if (run.status !== "running") return run;
    // one whose values are too many for a message is shown without its steps
    const now = await orUnavailable(call("conductor", "run", { runId: run.id }, options));
    return now === "unavailable" ? run : { ...run, now };
  }));
}

async function orUnavailable<T>(part: Promise<T>): Promise<T | "unavailable"> {
  try {
    return await part;
  } catch (error) {
    log.debug("The start page is without a part", { error });
    return "unavailable";
  }
}
