/** `openapi.json`: the document that the gateway serves at the same name. */
import { createApp, type GatewayDeps } from "@patchbay/gateway";
import gateway from "../../services/gateway/deno.json" with { type: "json" };

/** @throws {Error} the gateway does not serve it */
export async function openApiReference(): Promise<unknown> {
  // no route but the one of the document is asked: nothing of what the others stand on is there
  const deps: GatewayDeps = Object.assign(Object.create(null), {
    version: gateway.version,
    allowedHosts: [],
    allowedOrigins: [],
  });
  const response = await createApp(deps).request("http://localhost/openapi.json");
  if (!response.ok) throw new Error(`Cannot read the gateway's document: ${response.status} ${await response.text()}`);
  return await response.json();
}
