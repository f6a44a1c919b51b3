/** The version of this checkout, from `cli/deno.json`. */
import config from "./deno.json" with { type: "json" };

export const VERSION: string = config.version;
