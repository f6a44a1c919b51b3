/** What the conductor answers about undo and redo. */
import { serviceEndpoint } from "@patchbay/bus";
import { SERVICES } from "@patchbay/contracts";
import type { TakeBacks } from "./take_backs.ts";

const { undo_preview, undo_run, redo_run } = SERVICES.conductor;

export const undoEndpoints = (takeBacks: TakeBacks) => [
  serviceEndpoint("conductor", "undo_preview", {
    payload: undo_preview.request,
    handler: ({ payload, signal }) => takeBacks.preview({ ...payload, signal }),
  }),
  serviceEndpoint("conductor", "undo_run", {
    payload: undo_run.request,
    handler: ({ payload, message, signal }) =>
      takeBacks.undo({ ...payload, correlationId: message.metadata.correlationId, signal }),
  }),
  serviceEndpoint("conductor", "redo_run", {
    payload: redo_run.request,
    handler: ({ payload, message, signal }) =>
      takeBacks.redo({ ...payload, correlationId: message.metadata.correlationId, signal }),
  }),
];
