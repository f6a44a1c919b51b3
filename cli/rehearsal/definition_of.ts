/** Which bridge of this checkout is an application's: also of one that comes with a bridge to many of a kind. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import type { AppName } from "@patchbay/contracts";
import { APPLICATIONS } from "../applications.ts";

export async function definitionOf(app: AppName): Promise<BridgeDefinition | undefined> {
  const own = APPLICATIONS.find((application) => application.app === app);
  if (own !== undefined) return own;
  return await APPLICATIONS.find(({ shipped }) => shipped?.includes(app) === true)?.from?.(app);
}
