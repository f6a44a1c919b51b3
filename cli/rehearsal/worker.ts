/** The worker of one rehearsal: it knows every bridge, and loads those that the plan needs. */
import { serveRehearsal } from "@patchbay/rehearsal/worker";
import { definitionOf } from "./definition_of.ts";

serveRehearsal(definitionOf);
