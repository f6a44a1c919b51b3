/**
 * A Blender that is none: it dials the bridge over the App link as the add-on does, keeps a scene in memory, and draws
 * flat-shaded previews. For machines without Blender, for rehearsals and for tests.
 */
import { type BridgeId, PatchbayError } from "@patchbay/contracts";
import { dialAppLink, type DialledLink } from "@patchbay/bridge-kit";
import { blender } from "./manifest.ts";
import { type SessionOptions, SimulatedSession } from "./simulator/session.ts";
import type { Document } from "./simulator/document.ts";
import { READABLE } from "./simulator/exchange/formats.ts";

export interface SimulatorOptions extends SessionOptions {
  /** The bridge that it belongs to: `ws-07`. */
  bridge: BridgeId;
  /** @default `$PATCHBAY_LINKS`, or `~/.patchbay/links` */
  linksDir?: string;
  /** How it links itself to its bridge: tests put bad weather in between. @default dialAppLink */
  dial?: typeof dialAppLink;
  signal?: AbortSignal;
}

export interface BlenderSimulator extends AsyncDisposable {
  /** Does what a person does in the window: changes the scene by hand. The bridge hears of it as `human_edit`. */
  simulate(change: (document: Document) => void): void;
  /** Whether a bridge listens. */
  readonly linked: boolean;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
}

export const SIMULATOR_VERSION = "3.4.1-simulated";

/** How long it waits before it looks for its bridge again, in milliseconds. */
const REDIAL_MS = 100;

/** Starts a simulated Blender; it looks for its bridge until it is disposed, and again whenever the link ends. */
export function startBlenderSimulator(options: SimulatorOptions): BlenderSimulator {
  const session = new SimulatedSession(options);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  let link: DialledLink | undefined;

  const serve = async () => {
    const dialled = await dial(options, session, signal, () => link, () => stop.abort());
    await using _closing = dialled;
    link = dialled;
    await Promise.race([dialled.closed, aborted(signal)]);
    session.leaveGroup();
    link = undefined;
  };

  const run = async () => {
    while (!signal.aborted) {
      try {
        await serve();
      } catch (error) {
        // no bridge yet, or one that has just gone: both are what the loop is for
        if (!(error instanceof PatchbayError) && !signal.aborted) throw error;
      }
      if (!signal.aborted) await delay(REDIAL_MS, signal);
    }
  };

  const ended = run();
  return {
    ended,
    get linked() {
      return link !== undefined;
    },
    simulate(change) {
      const objects = session.edit(change);
      link?.event("human_edit", { objects, action: "edit" });
      link?.stateChanged("human");
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function dial(
  options: SimulatorOptions,
  session: SimulatedSession,
  signal: AbortSignal,
  link: () => DialledLink | undefined,
  onShutdown: () => void,
): Promise<DialledLink> {
  const dialled: DialledLink = await (options.dial ?? dialAppLink)({
    app: blender.app,
    bridge: options.bridge,
    appVersion: SIMULATOR_VERSION,
    addonVersion: blender.version,
    ...(options.linksDir === undefined ? {} : { linksDir: options.linksDir }),
    capabilities: {
      import_formats: READABLE,
      export_formats: READABLE,
      engines: ["eevee", "cycles", "workbench"],
      instance: session.instance,
    },
    background: true,
    execute: (call) =>
      session.execute({
        ...call,
        workDir: dialled.workDir,
        allowCode: dialled.allowCode,
        event: (name, data) => link()?.event(name, data),
      }),
    snapshot: () => session.snapshot(),
    groupBegin: (label, id) => session.beginGroup(label, id),
    groupEnd: (outcome) => session.endGroup(outcome),
    stepBack: (direction, id) => session.stepBack(direction, id),
    onShutdown,
    signal,
  });
  return dialled;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
