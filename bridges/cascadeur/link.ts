/** The link to Cascadeur's server: found by its announcement, and asked a few times a second for what happened there. */
import { type AdapterHost, httpTransport, type OpenTransport, type Transport } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { z } from "zod";
import { announcementChange, readAnnouncement } from "./announcement.ts";
import { PROTOCOLS } from "./client.ts";
import { type Nudge, nudged, runPumpScript } from "./nudge.ts";

/** Between two questions for what happened, in milliseconds. */
const POLL_MS = 400;
/** The main thread comes by every few milliseconds: after so long it is busy or hangs, in milliseconds. */
const SILENT_MS = 3_000;
/** How often a server is looked for that has announced itself and does not answer, in milliseconds. */
const REDIAL_MS = 1_000;

const Facts = z.looseObject({
  mainThreadSilentMs: z.number().nonnegative(),
  dialog: z.boolean(),
});
const Polled = Facts.extend({
  lastEvent: z.number().int(),
  events: z.array(z.looseObject({ event: z.string(), data: z.unknown(), at: z.number() })),
});
const Health = Facts.extend({ lastEvent: z.number().int(), capabilities: z.looseObject({ pump: z.string() }) });

const DIALOG = "Cascadeur shows a dialog: answer it there";

/** Waits until a Cascadeur has announced its server. @param nudge for one whose main thread comes by only when it is called */
export function cascadeurLink(path: string, nudge: Nudge = runPumpScript): OpenTransport {
  return async (host, events) => {
    for (;;) {
      const changed = new AbortController();
      const signal = AbortSignal.any([host.signal, changed.signal]);
      // a change that comes before it looks is found by dialling again
      const change = announcementChange(path, signal);
      change.catch(() => {});
      try {
        const { address, token } = await readAnnouncement(path);
        const inner = await httpTransport({ url: address, token, protocols: PROTOCOLS })(host, events);
        return await watched(inner, host, nudge);
      } catch (error) {
        if (!(error instanceof PatchbayError) || error.code !== "APP_NOT_CONNECTED") throw error;
        host.waiting(`${error.message}: waiting for Cascadeur`);
        await Promise.race([change, delay(REDIAL_MS, signal)]);
      } finally {
        changed.abort();
        await change.catch(() => {});
      }
      host.signal.throwIfAborted();
    }
  };
}

/** The transport, with a look at what happens in Cascadeur. */
async function watched(inner: Transport, host: AdapterHost, nudge: Nudge): Promise<Transport> {
  const over = new AbortController();
  const signal = AbortSignal.any([host.signal, over.signal]);
  const health = Health.parse(await inner.request("health", {}, { signal }));
  const hasTimer = health.capabilities.pump !== "hooks";
  const polling = poll(inner, host, signal, health.lastEvent);
  return {
    get peer() {
      return inner.peer;
    },
    closed: inner.closed,
    request(method, params, options) {
      const answer = inner.request(method, params, options);
      return hasTimer ? answer : nudged(answer, nudge);
    },
    notify: (method, params) => inner.notify(method, params),
    fail: (reason) => inner.fail?.(reason),
    /** The server answers while the main thread hangs: it says for how long it has. */
    async ping() {
      for (;;) {
        const { mainThreadSilentMs } = Health.parse(await inner.request("health", {}, { signal }));
        if (mainThreadSilentMs < SILENT_MS || !hasTimer) return;
        await delay(POLL_MS, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await inner[Symbol.asyncDispose]();
      await polling;
    },
  };
}

async function poll(inner: Transport, host: AdapterHost, signal: AbortSignal, after: number): Promise<void> {
  let dialog = false;
  while (!signal.aborted) {
    try {
      await delay(POLL_MS, signal);
      const found = Polled.parse(await inner.request("poll", { after }, { signal }));
      after = found.lastEvent;
      for (const { event, data, at } of found.events) report(host, event, data, at);
      if (found.dialog !== dialog) host.troubled(found.dialog ? DIALOG : undefined);
      dialog = found.dialog;
    } catch (error) {
      // that the link is gone is noticed by its owner; whatever else went wrong is asked again
      if (!signal.aborted) logger(["bridge", host.app]).debug("Cascadeur was not looked at: {error}", { error });
      if (error instanceof PatchbayError && (error.code === "APP_NOT_CONNECTED" || error.code === "APP_CRASHED")) {
        return;
      }
    }
  }
}

function report(host: AdapterHost, event: string, data: unknown, at: number): void {
  // `changed` is what a command did that runs outside the bridge: only the state is new
  if (event !== "changed") host.event(event, data, at);
  host.state(event === "human_edit" ? "human" : "application");
}

/** @throws the signal's reason */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
