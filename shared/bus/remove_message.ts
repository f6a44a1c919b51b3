/** Taking single messages out of a stream. */
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { callApi } from "./jetstream_api.ts";
import type { StreamName } from "./streams.ts";

/** What a sequence answers that is gone, or never was. */
const NO_MESSAGE_FOUND = 10037;
const SEQUENCE_NOT_FOUND = 10043;

/**
 * Takes a message out, by its sequence.
 * @returns whether it was there
 * @throws {PatchbayError} `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED`
 */
export async function removeMessage(bus: Bus, stream: StreamName, seq: number, signal?: AbortSignal): Promise<boolean> {
  const answer = z.looseObject({ success: z.boolean().default(false) });
  const { success } = await callApi(bus, `STREAM.MSG.DELETE.${stream}`, { seq, no_erase: true }, answer, {
    signal,
    accept: [NO_MESSAGE_FOUND, SEQUENCE_NOT_FOUND],
  });
  return success;
}
