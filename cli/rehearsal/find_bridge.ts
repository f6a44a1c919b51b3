/** Which bridge is an application's: as it was named, else of this checkout, also one that comes with a bridge to many of a kind. */
import type { AppName } from "@patchbay/contracts";
import type { FoundBridge } from "@patchbay/rehearsal/worker";
import { APPLICATIONS } from "../applications.ts";
import { parseItem } from "../bridges/item.ts";
import { loadBridge } from "../bridges/load.ts";

/** @throws {PatchbayError} `INVALID_CONFIGURATION` for an item that names no bridge any more */
export async function findBridge(app: AppName, item: string | undefined): Promise<FoundBridge | undefined> {
  if (item !== undefined) {
    const parsed = parseItem(item);
    const { argument } = parsed;
    return { definition: await loadBridge(parsed), ...(argument === undefined ? {} : { argument }) };
  }
  const own = APPLICATIONS.find((application) => application.app === app);
  if (own !== undefined) return { definition: own };
  const definition = await APPLICATIONS.find(({ shipped }) => shipped?.includes(app) === true)?.from?.(app);
  return definition === undefined ? undefined : { definition, argument: app };
}
