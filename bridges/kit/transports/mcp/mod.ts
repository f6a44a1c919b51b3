/** The Model Context Protocol's client side: a server behind a bridge is an application like any other, and trusted with nothing. */
import type { OpenTransport } from "../transport.ts";
import type { McpConnectOptions } from "./open.ts";

export type { McpChild } from "./stdio.ts";
export type { McpEndpoint } from "./http.ts";
export type { McpConnectOptions } from "./open.ts";

/**
 * For `transportAdapter`. Requests are `tools/call`, `tools/list`, `resources/read`, `resources/list` and
 * `resources/templates/list`; lists come whole. What the server says unasked is reported by its method, a changed list as
 * `notifications/tools/list_changed`. It speaks every revision of the protocol from 2024-11-05 on.
 *
 * @example
 * ```ts
 * import { openMcp } from "@patchbay/bridge-kit";
 *
 * const files = openMcp({ child: { command: "mcp-server-filesystem", args: ["/projects"], cwd: "/projects" } });
 * const designer = openMcp({ http: { url: "http://127.0.0.1:13316/mcp" } });
 * ```
 * @throws {PatchbayError} `APP_NOT_FOUND`, `APP_START_FAILED`, `APP_NOT_CONNECTED`, `LINK_REFUSED`, `UNSUPPORTED_VERSION`,
 * `INVALID_CONFIGURATION`
 */
export function openMcp(options: McpConnectOptions): OpenTransport {
  return async (host, events) => {
    // the protocol's own library takes more memory than all the rest of the kit, and few bridges need it
    const { openMcpServer } = await import("./open.ts");
    return await openMcpServer(options)(host, events);
  };
}
