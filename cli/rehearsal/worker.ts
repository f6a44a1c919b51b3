/** The worker of one rehearsal: it knows every bridge, and loads those that the plan needs. */
import { serveRehearsal } from "@patchbay/rehearsal/worker";
import { findBridge } from "./find_bridge.ts";

serveRehearsal(findBridge);
