/** Entity tags (RFC 9110, section 8.8.3). */

/** Whether an `If-None-Match` header names the tag, by weak comparison. */
export function matchesEtag(header: string | null, etag: string): boolean {
  if (header === null) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
