/** The applications that this checkout has a bridge for. Another one is a line here. */
import { bridge as blender } from "@patchbay/bridge-blender";
import type { BridgeDefinition } from "@patchbay/bridge-kit";

export const APPLICATIONS: readonly BridgeDefinition[] = [blender];
