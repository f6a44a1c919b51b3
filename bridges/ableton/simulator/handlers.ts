/** What a simulated AbletonOSC answers to: every address of the published script, and what each does to the set. */
import { clipHandlers } from "./clip_handlers.ts";
import { deviceHandlers } from "./device_handlers.ts";
import { extensionHandlers } from "./extension_handlers.ts";
import type { HandlerContext } from "./handler.ts";
import { sceneHandlers } from "./scene_handlers.ts";
import { songHandlers } from "./song_handlers.ts";
import { trackHandlers } from "./track_handlers.ts";
import { out } from "./wire.ts";

export function installHandlers(context: HandlerContext): void {
  const { handlers, messages, version } = context;
  handlers.set("/live/test", () => ["ok"]);
  handlers.set("/live/application/get/version", () => version.map(out.int));
  handlers.set("/live/application/get/average_process_usage", () => [out.float(3.5)]);
  handlers.set("/live/api/show_message", ([argument]) => {
    messages.push(argument?.type === "s" ? argument.value : "");
    return undefined;
  });
  handlers.set("/live/api/get/log_level", () => ["info"]);
  songHandlers(context);
  trackHandlers(context);
  clipHandlers(context);
  sceneHandlers(context);
  deviceHandlers(context);
  if (context.extended) extensionHandlers(context);
}
