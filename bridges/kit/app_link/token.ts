/** The secret that an application shows to its bridge: read from the rendezvous file, so that only this user's programs have it. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Compares in a time that does not depend on where the two differ. */
export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
