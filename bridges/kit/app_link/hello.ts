/** The first message of a link: who is there, and which protocol both speak. */
import { z } from "zod";
import { AppName, PatchbayError } from "@patchbay/contracts";
import { sameToken } from "./token.ts";

/** The version of the App link that this side speaks, and the oldest that it still understands. */
export const LINK_PROTOCOL = 1;
export const OLDEST_LINK_PROTOCOL = 1;

export const Hello = z.looseObject({
  /** From the rendezvous file; over stdio there is none, and none is needed. */
  token: z.string().max(500).default(""),
  app: AppName,
  appVersion: z.string().max(100),
  addonVersion: z.string().max(100).default("unknown"),
  /** The newest that the application speaks. */
  protocol: z.number().int().nonnegative(),
  pid: z.number().int().nonnegative().optional(),
  capabilities: z.record(z.string(), z.unknown()).default({}),
  /** Whether it runs without a window. */
  background: z.boolean().default(false),
});
export type Hello = z.infer<typeof Hello>;

export const HelloAnswer = z.looseObject({
  /** What both speak from now on. */
  protocol: z.number().int().positive(),
  bridge: z.string(),
  bridgeVersion: z.string(),
  allowCode: z.boolean(),
  workDir: z.string(),
});
export type HelloAnswer = z.infer<typeof HelloAnswer>;

/**
 * Reads a `hello` and checks it.
 * @throws {PatchbayError} `LINK_REFUSED`
 */
export function checkHello(params: unknown, expected: { app: AppName; token: string | undefined }): Hello {
  const parsed = Hello.safeParse(params);
  if (!parsed.success) throw refused(`its hello cannot be read: ${z.prettifyError(parsed.error).slice(0, 300)}`);
  const hello = parsed.data;
  if (expected.token !== undefined && !sameToken(hello.token, expected.token)) throw refused("its token is wrong");
  if (hello.app !== expected.app) throw refused(`it is '${hello.app}', and this is a bridge of '${expected.app}'`);
  if (hello.protocol < OLDEST_LINK_PROTOCOL) {
    throw refused(
      `its add-on ${hello.addonVersion} speaks protocol ${hello.protocol}, this bridge ${OLDEST_LINK_PROTOCOL} to ${LINK_PROTOCOL}`,
    );
  }
  return hello;
}

/** What both sides speak: an application that is newer than its bridge has to understand the bridge's version. */
export function agreedProtocol(hello: Hello): number {
  return Math.min(hello.protocol, LINK_PROTOCOL);
}

export function refused(why: string): PatchbayError {
  return new PatchbayError("LINK_REFUSED", `Cannot link the application: ${why}`);
}
