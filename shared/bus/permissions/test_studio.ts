/** For the tests of this folder: a studio's server with a user for each identity, and what each of them may do there. */
import { PermissionViolationError } from "@nats-io/nats-core";
import { startTestNats, type TestNats } from "@patchbay/testing";
import type { Bus } from "../bus.ts";
import { connectBus } from "../connection.ts";
import { migrate } from "../migrate.ts";
import { createBusUser, natsUser } from "./credentials.ts";
import { BUS_SERVICES, type Identity, nameOf } from "./table.ts";

export const bridge = (id: string): Identity => ({ kind: "bridge", app: "blender", bridge: id });
const IDENTITIES: Identity[] = [
  ...BUS_SERVICES.map((service): Identity => ({ kind: "service", service })),
  bridge("ws-07"),
  bridge("ws-08"),
  { kind: "operator" },
];

/** A studio's server with a user for each identity, and its streams. */
export class Studio implements AsyncDisposable {
  readonly #buses: Bus[] = [];
  private constructor(readonly nats: TestNats, readonly folder: string) {}

  static async start(): Promise<Studio> {
    const folder = await Deno.makeTempDir();
    const users = [];
    for (const identity of IDENTITIES) {
      const { user, credentials } = createBusUser(identity);
      users.push(natsUser(user));
      await Deno.writeTextFile(`${folder}/${nameOf(identity)}.json`, JSON.stringify(credentials), { mode: 0o600 });
    }
    const studio = new Studio(await startTestNats({ users }), folder);
    await migrate(await studio.as("context-store"), { storage: "memory" });
    return studio;
  }

  async as(name: string): Promise<Bus> {
    const credentialsFile = `${this.folder}/${name}.json`;
    const bus = await connectBus({ servers: this.nats.url, name, credentialsFile, waitOnFirstConnect: false });
    this.#buses.push(bus);
    return bus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const bus of this.#buses) await bus[Symbol.asyncDispose]();
    await this.nats[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Whether the server lets this user publish. */
export async function mayPublish({ nc }: Bus, subject: string): Promise<boolean> {
  const refused = Promise.withResolvers<false>();
  const watching = (async () => {
    for await (const status of nc.status()) {
      if (status.type === "error" && status.error instanceof PermissionViolationError) refused.resolve(false);
    }
  })();
  nc.publish(subject, "x", { reply: "nobody.listens" });
  // the server says no before it answers the ping
  const allowed = await Promise.race([nc.flush().then(() => nc.flush()).then(() => true), refused.promise]);
  void watching;
  return allowed;
}

/** Whether the server lets this user subscribe. */
export async function maySubscribe({ nc }: Bus, subject: string): Promise<boolean> {
  let allowed = true;
  const subscription = nc.subscribe(subject, {
    callback: (error) => {
      if (error !== null) allowed = false;
    },
  });
  await nc.flush();
  await nc.flush();
  if (!subscription.isClosed()) subscription.unsubscribe();
  return allowed;
}
