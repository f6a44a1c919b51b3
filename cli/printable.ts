/**
 * Text from elsewhere, for a terminal: problems, progress and names come from inside applications, and control characters in them
 * would move the cursor, set the clipboard or hide what was printed.
 */

/** The text with a `?` for each control character; lines stay lines. */
export function printable(text: string): string {
  return text.replaceAll(/(?![\n\t])\p{Cc}/gu, "?");
}
