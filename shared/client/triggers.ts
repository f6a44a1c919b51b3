/** Triggers: what runs when something happens, or when it is time. */
import { type JsonObject, SERVICES, type Trigger, type TriggerFiring, TriggerRecord } from "@patchbay/contracts";
import type { z } from "zod";
import type { CallOptions, Http, RevisionOptions } from "./http.ts";

/** A trigger as a person writes it. */
export type TriggerDraft = Omit<z.input<typeof Trigger>, "owner">;

const part = encodeURIComponent;
const path = (id: string) => `/v1/triggers/${part(id)}`;
/** Revision 0: only where there is none yet. */
const condition = (revision: number | undefined): { headers: Record<string, string> } => ({
  headers: revision === undefined ? {} : revision === 0 ? { "If-None-Match": "*" } : { "If-Match": `"${revision}"` },
});

export const triggers = (http: Http) => {
  const change = (id: string, patch: JsonObject, { revision, ...options }: RevisionOptions = {}) =>
    http.call({ method: "PATCH", path: path(id), json: patch, ...condition(revision) }, TriggerRecord, options);
  return {
    /** All triggers, and where they stand. */
    list: async (options?: CallOptions): Promise<TriggerRecord[]> =>
      (await http.call({ method: "GET", path: "/v1/triggers" }, SERVICES.conductor.triggers.result, options)).triggers,
    get: (id: string, options?: CallOptions): Promise<TriggerRecord> =>
      http.call({ method: "GET", path: path(id) }, TriggerRecord, options),
    /**
     * @throws {PatchbayError} `CONFLICT` where the id is taken, `INVALID_ARGUMENTS` with the field of each issue
     * @example `client.triggers.create({ when: { app: "ableton", event: "clip_launched" }, then: { app: "blender", command: "render_image" } })`
     */
    create: (trigger: Omit<TriggerDraft, "id"> & { id?: string }, options?: CallOptions): Promise<TriggerRecord> =>
      http.call({ method: "POST", path: "/v1/triggers", json: trigger }, TriggerRecord, options),
    /** Creates a trigger, or puts this one in its place; one that was suspended goes on. With `revision` 0, only creates. */
    put: (trigger: TriggerDraft, { revision, ...options }: RevisionOptions = {}): Promise<TriggerRecord> =>
      http.call(
        { method: "PUT", path: path(trigger.id), json: trigger, ...condition(revision) },
        TriggerRecord,
        options,
      ),
    /** A JSON Merge Patch (RFC 7396). @example `client.triggers.change("nightly", { when: { cron: "0 4 * * *" } })` */
    change,
    pause: (id: string, options?: RevisionOptions): Promise<TriggerRecord> => change(id, { paused: true }, options),
    resume: (id: string, options?: RevisionOptions): Promise<TriggerRecord> => change(id, { paused: false }, options),
    delete: async (id: string, { revision, ...options }: RevisionOptions = {}): Promise<void> => {
      await http.send({ method: "DELETE", path: path(id), ...condition(revision) }, options);
    },
    /** Each time that it fired, or why it did not, the latest first. */
    firings: async (
      id: string,
      { limit, ...options }: CallOptions & { limit?: number } = {},
    ): Promise<TriggerFiring[]> =>
      (await http.call(
        { method: "GET", path: `${path(id)}/firings`, query: { limit } },
        SERVICES.conductor.firings.result,
        options,
      )).firings,
  };
};
