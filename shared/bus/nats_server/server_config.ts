/** The text of a nats-server configuration file. */

/** Which subjects somebody may use; with `allow` absent, all but `deny`. */
export interface SubjectRule {
  allow?: readonly string[];
  deny?: readonly string[];
}

/** What one user may do, in the terms of nats-server's `permissions` block. */
export interface NatsPermissions {
  publish: SubjectRule;
  subscribe: SubjectRule;
  /** Lets the user answer requests that reach it, whatever their reply subject is. `expires` is a Go duration: `1m`. */
  allowResponses?: { max: number; expires: string };
}

/** One user of the server: by password, or by the public half of an nkey. Without permissions, everything is allowed. */
export type NatsUser =
  & ({ user: string; password: string } | { nkey: string })
  & { permissions?: NatsPermissions };

export interface ServerConfig {
  host: string;
  /** -1 lets the system choose. */
  port: number;
  storeDir: string;
  /** Empty: nobody has to say who they are. */
  users: readonly NatsUser[];
  pidFile?: string;
  /** Where the server writes which ports it got. */
  portsDir?: string;
  /** Whether each acknowledged write is on the disk, and not only on its way there. @default false */
  syncAlways?: boolean;
  /** More configuration, as text. */
  extra?: string;
}

/** nats-server reads JSON as a form of its own syntax, so nothing has to be quoted by hand. */
export function formatServerConfig(config: ServerConfig): string {
  const document = {
    server_name: "patchbay",
    host: config.host,
    port: config.port,
    ...(config.pidFile === undefined ? {} : { pid_file: config.pidFile }),
    ...(config.portsDir === undefined ? {} : { ports_file_dir: config.portsDir }),
    // a client that stops answering is noticed in half a minute
    ping_interval: "10s",
    ping_max: 2,
    jetstream: {
      store_dir: config.storeDir,
      ...(config.syncAlways === true ? { sync_interval: "always" } : {}),
    },
    ...(config.users.length === 0 ? {} : { authorization: { users: config.users.map(formatUser) } }),
  };
  const lines = Object.entries(document).map(([key, value]) => `${key}: ${JSON.stringify(value, null, 2)}`);
  return [...lines, config.extra ?? ""].join("\n") + "\n";
}

function formatUser({ permissions, ...identity }: NatsUser): Record<string, unknown> {
  if (permissions === undefined) return identity;
  const { publish, subscribe, allowResponses } = permissions;
  return {
    ...identity,
    permissions: {
      publish,
      subscribe,
      ...(allowResponses === undefined ? {} : { allow_responses: allowResponses }),
    },
  };
}
