/** For tests: a worker that knows one application. */
import { serveRehearsal } from "../worker.ts";
import { painterBridge } from "./painter.ts";

serveRehearsal((app) => Promise.resolve(app === "painter" ? { definition: painterBridge } : undefined));
