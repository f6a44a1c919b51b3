/** How links do, as the bridges of their targets say; what is said no more is forgotten. */
import { type Bus, subscribe } from "@patchbay/bus";
import {
  type BridgeAddress,
  formatAddress,
  type Link,
  LINK_STATUS_TTL_MS,
  type LinkId,
  LinkReport,
  type LinkStatus,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";

const log = logger("context-store");

interface Heard {
  status: LinkStatus;
  from: BridgeAddress;
  /** By the monotonic clock. */
  at: number;
}

export class LinkStatuses implements AsyncDisposable {
  readonly #heard = new Map<LinkId, Heard>();
  readonly #stop = new AbortController();
  /** Resolves when it hears no more. */
  readonly ended: Promise<void>;

  constructor(bus: Bus) {
    this.ended = this.#listen(bus).catch((error) => {
      log.error("how links do cannot be heard: {error}", { error });
    });
  }

  /** What its bridge says of this very revision, or why nothing is known. */
  of(link: Link, revision: number): LinkStatus {
    const heard = this.#heard.get(link.id);
    const target = formatAddress(link.target);
    const isNow = heard !== undefined && performance.now() - heard.at < LINK_STATUS_TTL_MS && heard.from === target;
    if (isNow && heard.status.revision === revision) return heard.status;
    const reason = isNow ? `${target} has not taken it up yet` : `${target} says nothing of it: it may be off`;
    const counts = { received: 0, applied: 0, dropped: 0, failed: 0 };
    const state = link.paused
      ? { status: "paused", reason: "somebody has paused it" } as const
      : { status: "waiting", reason } as const;
    return { id: link.id, revision, ...state, ...counts, at: Date.now() };
  }

  async #listen(bus: Bus): Promise<void> {
    const { signal } = this.#stop;
    const reports = subscribe(bus, subjects.linkStatus(WILDCARD, WILDCARD), { payload: LinkReport, signal });
    for await (const { message: { payload } } of reports) {
      const at = performance.now();
      for (const status of payload.links) this.#heard.set(status.id, { status, from: formatAddress(payload), at });
      for (const [id, heard] of this.#heard) if (at - heard.at > LINK_STATUS_TTL_MS) this.#heard.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }
}
