/** What each bridge offers, pushed by the bus: scope checks and plan validation ask nobody. */
import { setTimeout as delay } from "node:timers/promises";
import { type Bus, openBucket } from "@patchbay/bus";
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type CommandDocument,
  type Effect,
  ManifestDocument,
  PatchbayError,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";

const log = logger("gateway");
const RETRY_MS = 1_000;
const RANK: readonly Effect[] = ["read", "write", "destructive", "open"];

export class ManifestCache {
  readonly #bridges = new Map<string, ManifestDocument>();
  readonly #apps = new Map<AppName, ManifestDocument>();
  /** By `<app>.<bridge>.<command>`, what was looked up since the last change. */
  readonly #found = new Map<string, CommandDocument>();
  readonly #caughtUp = Promise.withResolvers<void>();

  /** Follows the bucket until the signal fires, over every loss of the connection. */
  async follow(bus: Bus, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const bucket = await openBucket(bus, "manifests", ManifestDocument, { signal });
        const stale = new Set(this.#bridges.keys());
        for await (const entry of bucket.watch({ signal })) {
          if (entry.kind === "ready") {
            for (const address of stale) this.set(address, undefined);
            stale.clear();
            this.#caughtUp.resolve();
          } else {
            stale.delete(entry.key);
            this.set(entry.key, entry.kind === "put" ? entry.value : undefined);
          }
        }
      } catch (error) {
        if (!signal.aborted) log.warn("Cannot follow the manifests, trying again", { error });
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => {});
    }
    this.#caughtUp.resolve();
  }

  /** Resolves once everything that the bucket held has been seen. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Takes over one change. @param address `<app>.<bridge>` */
  set(address: string, manifest: ManifestDocument | undefined): void {
    this.#found.clear();
    const app = address.slice(0, address.indexOf("."));
    if (manifest === undefined) this.#bridges.delete(address);
    else this.#bridges.set(address, manifest);
    const [latest] = this.#of(app);
    if (latest === undefined) this.#apps.delete(app);
    else this.#apps.set(app, manifest ?? latest);
  }

  /** One manifest an application, for the validation of plans. */
  get apps(): ReadonlyMap<AppName, ManifestDocument> {
    return this.#apps;
  }

  /**
   * What a command is; for the bridge `any` its most harmful form.
   * @throws {PatchbayError} `BRIDGE_OFFLINE` when nobody offered anything under the address, `UNKNOWN_COMMAND`
   */
  command(app: AppName, bridge: string, command: string): CommandDocument {
    const name = `${app}.${bridge}.${command}`;
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const document = this.#look(app, bridge, command);
    this.#found.set(name, document);
    return document;
  }

  /** Whether one bridge has a command. */
  offers(app: AppName, bridge: BridgeId, command: string): boolean {
    const commands = this.#bridges.get(`${app}.${bridge}`)?.commands;
    return commands !== undefined && Object.hasOwn(commands, command);
  }

  #look(app: AppName, bridge: string, command: string): CommandDocument {
    const found = bridge === ANY_BRIDGE ? this.#of(app) : this.#of(app, bridge);
    if (found.length === 0) {
      throw new PatchbayError("BRIDGE_OFFLINE", `Cannot run '${command}': no bridge '${app}.${bridge}' is here`, {
        context: { available: [...this.#bridges.keys()].slice(0, 50) },
      });
    }
    const documents = found.flatMap(({ commands }) => Object.hasOwn(commands, command) ? [commands[command]!] : []);
    const [first, ...others] = documents;
    if (first === undefined) {
      throw new PatchbayError("UNKNOWN_COMMAND", `Cannot run '${command}': '${app}' has no such command`, {
        context: { available: Object.keys(found[0]!.commands) },
      });
    }
    return others.reduce((worst, one) => RANK.indexOf(one.effect) > RANK.indexOf(worst.effect) ? one : worst, first);
  }

  #of(app: AppName, bridge?: string): ManifestDocument[] {
    if (bridge !== undefined) {
      const manifest = this.#bridges.get(`${app}.${bridge}`);
      return manifest === undefined ? [] : [manifest];
    }
    return [...this.#bridges].flatMap(([address, manifest]) => address.startsWith(`${app}.`) ? [manifest] : []);
  }
}
