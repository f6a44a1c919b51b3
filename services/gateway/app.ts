/** The gateway as a function from request to response: no socket, no state but its dependencies. */
import { trace } from "@opentelemetry/api";
import { Hono } from "hono";
import { PatchbayError } from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";
import { auth } from "./middleware/auth.ts";
import { correlation } from "./middleware/correlation.ts";
import { hostCheck } from "./middleware/host.ts";
import { originCheck } from "./middleware/origin.ts";
import { problemResponse } from "./middleware/problems.ts";
import { securityHeaders } from "./middleware/security_headers.ts";
import { HttpRefusal } from "./refusal.ts";
import type { Route, Variables } from "./route.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { monitoringRoutes } from "./routes/monitoring.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { appRoutes } from "./routes/apps.ts";
import { assetRoutes } from "./routes/assets.ts";
import { batchRoutes } from "./routes/batches.ts";
import { bridgeRoutes } from "./routes/bridges.ts";
import { commandRoutes } from "./routes/commands.ts";
import { eventRoutes } from "./routes/events.ts";
import { healthRoutes } from "./routes/health.ts";
import { instructionRoutes } from "./routes/instructions.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { linkRoutes } from "./routes/links.ts";
import { openApiRoute } from "./routes/openapi.ts";
import { planRoutes } from "./routes/plans.ts";
import { policyRoutes } from "./routes/policies.ts";
import { rehearsalRoutes } from "./routes/rehearsals.ts";
import { runRoutes } from "./routes/runs.ts";
import { undoRoutes } from "./routes/undo.ts";
import { startRoutes } from "./routes/start.ts";
import { triggerRoutes } from "./routes/triggers.ts";

export type App = Hono<{ Variables: Variables }>;

/** Every route of the gateway. */
export function allRoutes(deps: GatewayDeps): Route[] {
  const routes = [
    ...appRoutes(deps),
    ...bridgeRoutes(deps),
    ...commandRoutes(deps),
    ...batchRoutes(deps),
    ...jobRoutes(deps),
    ...instructionRoutes(deps),
    ...planRoutes(deps),
    ...approvalRoutes(deps),
    ...policyRoutes(deps),
    ...rehearsalRoutes(deps),
    ...runRoutes(deps),
    ...assetRoutes(deps),
    ...alertRoutes(deps),
    ...monitoringRoutes(deps),
    ...undoRoutes(deps),
    ...linkRoutes(deps),
    ...triggerRoutes(deps),
    ...eventRoutes(deps),
    ...healthRoutes(deps),
    ...startRoutes(deps),
  ];
  return [...routes, openApiRoute(routes, deps)];
}

/** @example `await createApp(deps).request("/healthz")` */
export function createApp(deps: GatewayDeps): App {
  const app: App = new Hono();
  const routes = allRoutes(deps);
  app.use(correlation(), securityHeaders(), hostCheck(deps.allowedHosts), originCheck(deps.allowedOrigins));
  for (const route of routes) mount(app, route, deps);
  const methods = methodTable(routes);
  app.notFound((c) => problemResponse(noRoute(c.req.method, c.req.path, methods), c.get("correlationId")));
  app.onError((error, c) => problemResponse(error, c.get("correlationId")));
  return app;
}

function mount(app: App, { definition, handle }: Route, { keys, limits }: GatewayDeps): void {
  const { method, path, scope } = definition;
  const pattern = path.replaceAll(/\{(\w+)\}/g, ":$1");
  if (scope !== "public") app.on(method, pattern, auth(keys, scope));
  app.on(method, pattern, (c) => {
    trace.getActiveSpan()?.setAttribute("http.route", path).updateName(`${method} ${path}`);
    return handle(c, limits);
  });
}

type MethodTable = { pattern: RegExp; method: string }[];

function methodTable(routes: readonly Route[]): MethodTable {
  return routes.map(({ definition: { method, path } }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }));
}

function noRoute(method: string, path: string, table: MethodTable): PatchbayError {
  const allowed = table.flatMap((entry) => entry.pattern.test(path) ? [entry.method] : []);
  if (allowed.length === 0) {
    return new PatchbayError("NOT_FOUND", `Cannot ${method} ${path.slice(0, 200)}: there is no such address`, {
      remedy: "`GET /openapi.json` lists every address.",
    });
  }
  return new HttpRefusal(
    405,
    "INVALID_REQUEST",
    `Cannot ${method} ${path.slice(0, 200)}: it takes ${allowed.join(", ")}`,
    {
      headers: { Allow: allowed.join(", ") },
      remedy: "Use one of the methods in the header `Allow`.",
    },
  );
}
