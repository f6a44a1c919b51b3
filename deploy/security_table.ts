/**
 * Writes the permission table into `docs/security.md`: `deno run -RW deploy/security_table.ts`. A test fails while the page has
 * another table than the source.
 */
import { formatPermissionTable } from "@patchbay/bus/permissions";

export const SECURITY_PAGE = new URL("../docs/security.md", import.meta.url);

const BEGIN = "<!-- deno-fmt-ignore-start -->\n<!-- written by deploy/security_table.ts -->\n";
const END = "<!-- deno-fmt-ignore-end -->";

/** The page with the table as it is now. @throws {Error} the page has no place for it */
export function withPermissionTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.slice(rest.indexOf(END));
  if (before === undefined || after === undefined || !after.startsWith(END)) {
    throw new Error("Cannot place the permission table: docs/security.md has lost its markers");
  }
  return `${before}${BEGIN}\n${formatPermissionTable()}\n${after}`;
}

if (import.meta.main) {
  await Deno.writeTextFile(SECURITY_PAGE, withPermissionTable(await Deno.readTextFile(SECURITY_PAGE)));
}
