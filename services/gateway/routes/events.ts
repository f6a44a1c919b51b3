/** Everything that happens in the studio, as server-sent events. */
import { z } from "zod";
import { AppName, BridgeId, Id } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { parseCursor } from "../event_cursor.ts";
import { route } from "../route.ts";
import { eventStream } from "../sse.ts";
import { EventKind, followStudio, latestCursor } from "../studio_events.ts";

const kinds = z.string().transform((list) => list.split(",")).pipe(z.array(EventKind).min(1));
const query = z.object({
  app: AppName.optional(),
  bridge: BridgeId.optional(),
  run: Id.optional().meta({ description: "Only this run." }),
  kinds: kinds.default([...EventKind.options]).meta({
    description: `Which kinds, joined by commas: ${EventKind.options.join(", ")}.`,
  }),
});

export const eventRoutes = (deps: Pick<GatewayDeps, "bus" | "limits" | "closing">) => [
  route({
    method: "GET",
    path: "/v1/events",
    id: "followEvents",
    summary:
      "Application events, state changes, runs, results, alerts and progress, from now on or from where the caller left off.",
    scope: "read",
    query,
    headers: [{ name: "Last-Event-ID", description: "The last event that the caller has; what follows it is sent." }],
    answers: {
      200: {
        description:
          "Events named `event`, `state`, `run`, `progress`, `result`, `alert`; `lagged` says that some were dropped",
        mediaType: "text/event-stream",
      },
    },
  }, async ({ query, correlationId, request }) => {
    const given = request.headers.get("last-event-id");
    const cursor = given === null || given === "" ? await latestCursor(deps.bus) : parseCursor(given);
    return eventStream(
      (push, signal) => followStudio(deps.bus, { ...query, cursor }, push, signal),
      { limits: deps.limits, signal: deps.closing, correlationId },
    );
  }),
];
