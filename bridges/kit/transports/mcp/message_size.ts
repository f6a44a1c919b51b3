/** How large one MCP message may be; a server that sends more is not read any further. */
import { PatchbayError } from "@patchbay/contracts";
import { MAX_FRAME_BYTES } from "../../app_link/frames.ts";

/** The same as on the App link, in bytes. */
export const MAX_MESSAGE_BYTES = MAX_FRAME_BYTES;

export const tooLarge = (verb: "send" | "read", length: number) =>
  new PatchbayError(
    "PAYLOAD_TOO_LARGE",
    `Cannot ${verb} an MCP message of ${length} bytes or more: at most ${MAX_MESSAGE_BYTES}`,
  );
