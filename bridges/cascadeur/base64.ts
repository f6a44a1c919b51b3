/** Base64 of text, as UTF-8. */
import { Buffer } from "node:buffer";

export const encodeBase64 = (text: string): string => Buffer.from(text, "utf-8").toString("base64");
