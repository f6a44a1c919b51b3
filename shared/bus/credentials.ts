/** The file that lets a process in: JSON of ours, or a `.creds` file of NATS (JWT and nkey seed). */
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/nats-core";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { z } from "zod";

/** What a credentials file of ours holds; it has mode 0600. */
export const BusCredentials = z.looseObject({
  user: z.string().min(1),
  password: z.string().min(1).optional(),
  /** The secret half of an nkey, which signs what the server asks and is never sent; wins over a password. */
  seed: z.string().regex(/^SU[A-Z2-7]{56}$/, "the seed of a user's nkey").optional(),
  servers: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  /** Where replies may come to this user: `_INBOX_ws-07`. */
  inboxPrefix: z.string().optional(),
  tls: z.looseObject({ caFile: z.string().optional() }).optional(),
}).refine(({ password, seed }) => password !== undefined || seed !== undefined, "neither password nor seed");
export type BusCredentials = z.infer<typeof BusCredentials>;

export interface LoadedCredentials {
  authenticator: Authenticator;
  settings: Partial<BusCredentials>;
}

/**
 * Reads a credentials file. The file is read again at each connection, so that it can be replaced while we run.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` for a file that is missing or is neither kind
 */
export function loadCredentials(path: string): LoadedCredentials {
  let last = read(path);
  const current = () => {
    try {
      last = read(path);
    } catch {
      // half-written or gone: what let us in before may do so again, and the next connection reads anew
    }
    return last;
  };
  return {
    settings: last.kind === "json" ? last.credentials : {},
    authenticator: (nonce) => {
      const now = current();
      if (now.kind === "creds") return credsAuthenticator(now.bytes)(nonce);
      const { user, password, seed } = now.credentials;
      return seed === undefined
        ? usernamePasswordAuthenticator(user, password)(nonce)
        : nkeyAuthenticator(new TextEncoder().encode(seed))(nonce);
    },
  };
}

type Credentials = { kind: "json"; credentials: BusCredentials } | { kind: "creds"; bytes: Uint8Array };

function read(path: string): Credentials {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot read credentials file ${path}`, { cause });
  }
  if (text.trimStart().startsWith("-----BEGIN")) return { kind: "creds", bytes: new TextEncoder().encode(text) };
  const parsed = BusCredentials.safeParse(parseJson(path, text));
  if (!parsed.success) {
    throw ValidationError.fromZod("INVALID_CONFIGURATION", `Cannot use credentials file ${path}`, parsed.error);
  }
  return { kind: "json", credentials: parsed.data };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // the cause is left out: it quotes the file
    throw new PatchbayError(
      "INVALID_CONFIGURATION",
      `Cannot use credentials file ${path}: it is neither JSON nor .creds`,
      { remedy: "Ask the studio's administrator for the file once more." },
    );
  }
}
