/** The configuration of the studio server's nats-server. */
import { formatServerConfig, type NatsUser } from "@patchbay/bus/nats-server";

export interface StudioConfig {
  users: readonly NatsUser[];
  /** Where JetStream keeps its files. */
  storeDir: string;
  /** With these, every connection is encrypted; without, nothing but a trusted network may reach the port. */
  tls?: { certFile: string; keyFile: string };
}

/** Listens on every address of its container; what reaches it from outside, the compose file says. */
export function formatStudioConfig({ users, storeDir, tls }: StudioConfig): string {
  return formatServerConfig({
    host: "0.0.0.0",
    port: 4222,
    storeDir,
    users,
    // an acknowledged write survives a power failure
    syncAlways: true,
    extra: [
      // for the health check, which runs beside it
      'http: "127.0.0.1:8222"',
      ...(tls === undefined ? [] : [
        `tls: ${JSON.stringify({ cert_file: tls.certFile, key_file: tls.keyFile, min_version: "1.2" }, null, 2)}`,
      ]),
    ].join("\n"),
  });
}
