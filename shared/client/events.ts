/** Everything that happens in the studio, as it happens. */
import { z } from "zod";
import { Alert, AppEvent, Id, Progress, Result, RunEvent, StateUpdate } from "@patchbay/contracts";
import { follow, type FollowOptions } from "./follow.ts";
import type { Http } from "./http.ts";

export interface StudioFilter {
  app?: string;
  bridge?: string;
  run?: Id;
  /** @default all */
  kinds?: readonly ("event" | "state" | "run" | "progress" | "result" | "alert")[];
}

const StudioEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), data: AppEvent }),
  z.object({ kind: z.literal("state"), data: StateUpdate }),
  z.object({ kind: z.literal("run"), data: RunEvent.and(z.looseObject({ runId: Id })) }),
  z.object({ kind: z.literal("progress"), data: Progress }),
  z.object({ kind: z.literal("result"), data: Result }),
  z.object({ kind: z.literal("alert"), data: Alert }),
  z.object({ kind: z.literal("lagged"), data: z.looseObject({ dropped: z.number() }) }),
  z.object({ kind: z.literal("ready"), data: z.looseObject({}) }),
]);
/** What happened; `ready` says that the stream stands, `lagged` that events were dropped because they were read too slowly. */
export type StudioEvent = z.infer<typeof StudioEvent>;

export async function* followStudio(
  http: Http,
  { kinds, ...filter }: StudioFilter = {},
  options: FollowOptions = {},
): AsyncGenerator<StudioEvent> {
  const query = { ...filter, kinds: kinds?.join(",") };
  for await (const { event, data } of follow(http, { path: "/v1/events", query }, options)) {
    const parsed = StudioEvent.safeParse({ kind: event, data: JSON.parse(data) });
    // A newer gateway may send kinds that this client does not know.
    if (parsed.success) yield parsed.data;
  }
}
