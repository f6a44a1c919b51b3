/** The server's word on a job: `io.nats.jetstream.advisory.v1.max_deliver` and `.terminated`. */
import { z } from "zod";

/** What the server says of a job that it gives up. */
export const Advisory = z.looseObject({
  type: z.string(),
  consumer: z.string(),
  /** The job's sequence in JOBS. */
  stream_seq: z.number().int().positive(),
  deliveries: z.number().int().nonnegative(),
  reason: z.string().default(""),
});
export type Advisory = z.infer<typeof Advisory>;
