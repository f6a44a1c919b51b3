/** The page at `/`: what runs, and what to try. */
import type { Presence } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { GatewayDeps } from "../deps.ts";
import { route } from "../route.ts";
import { START_PAGE_CSP, startPage } from "../start_page.ts";

const PATIENCE_MS = 1_000;
const log = logger("gateway");

export const startRoutes = (deps: Pick<GatewayDeps, "call" | "showBridges" | "version">) => [
  route({
    method: "GET",
    path: "/",
    id: "getStartPage",
    summary: "A page for people: what runs, and what to try.",
    scope: "public",
    answers: { 200: { description: "HTML", mediaType: "text/html" } },
  }, async ({ request, correlationId }) => {
    const bridges = deps.showBridges ? await present(deps, correlationId) : undefined;
    const { origin } = new URL(request.url);
    return new Response(startPage({ origin, version: deps.version, bridges }), {
      headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": START_PAGE_CSP },
    });
  }),
];

async function present(
  { call }: Pick<GatewayDeps, "call">,
  correlationId: string,
): Promise<readonly Presence[] | "unavailable"> {
  try {
    return (await call("context-store", "bridges", {}, { correlationId, timeoutMs: PATIENCE_MS })).bridges;
  } catch (error) {
    log.debug("The start page cannot list the bridges", { error });
    return "unavailable";
  }
}
