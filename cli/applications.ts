/** The applications that this checkout has a bridge for. Another one is a line here. */
import { bridge as ableton } from "@patchbay/bridge-ableton";
import { bridge as blender } from "@patchbay/bridge-blender";
import { bridge as cascadeur } from "@patchbay/bridge-cascadeur";
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { bridge as mcp } from "@patchbay/bridge-mcp";
import { bridge as osc } from "@patchbay/bridge-osc";
import { bridge as script } from "@patchbay/bridge-script";
import { bridge as touchdesigner } from "@patchbay/bridge-touchdesigner";

export const APPLICATIONS: readonly BridgeDefinition[] = [ableton, blender, cascadeur, mcp, osc, script, touchdesigner];
