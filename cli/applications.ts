/**
 * The applications that this checkout has a bridge for. Another one is a line here. Of each only the definition is loaded:
 * the rest of a bridge comes when it starts.
 */
import { bridge as ableton } from "@patchbay/bridge-ableton/bridge";
import { bridge as blender } from "@patchbay/bridge-blender/bridge";
import { bridge as cascadeur } from "@patchbay/bridge-cascadeur/bridge";
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { bridge as mcp } from "@patchbay/bridge-mcp/bridge";
import { bridge as osc } from "@patchbay/bridge-osc/bridge";
import { bridge as script } from "@patchbay/bridge-script/bridge";
import { bridge as touchdesigner } from "@patchbay/bridge-touchdesigner/bridge";

export const APPLICATIONS: readonly BridgeDefinition[] = [ableton, blender, cascadeur, mcp, osc, script, touchdesigner];
