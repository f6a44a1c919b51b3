/** An application over the App link in bad weather: a stand-in for `dialAppLink` that every simulator can be given. */
import {
  defaultLinksDir,
  dialAppLink,
  type DialOptions,
  readRendezvous,
  type Rendezvous,
  rendezvousPath,
  writeRendezvous,
} from "@patchbay/bridge-kit";
import { type ApplicationFaults, applicationFaults } from "./application.ts";
import type { Faults, FaultSource } from "./faults.ts";
import { type FaultyMessages, faultyMessages } from "./message_stream.ts";
import { type ProxyTarget, startFaultProxy } from "./tcp_proxy.ts";

export interface FaultyApplicationOptions {
  faults: FaultSource;
  /** In the history. @default "application" */
  name?: string;
  /** Called when it crashes, besides its link being cut: for a process, the place to end it. */
  onCrash?(): void;
}

export interface FaultyApplication extends ApplicationFaults {
  /** In place of `dialAppLink`. */
  readonly dial: typeof dialAppLink;
}

/**
 * Rules of bytes go for the socket (not for a WebSocket's), those of messages for the link, those of applications for its commands.
 * @example
 * ```ts
 * import { faultyApplication } from "@patchbay/testing";
 *
 * using application = faultyApplication({ faults: { seed: 7, rules: [{ fault: "crash", on: "add", at: "after", times: 1 }] } });
 * const link = await application.dial({
 *   app: "counter",
 *   bridge: "ws-01",
 *   appVersion: "1.0",
 *   execute: () => ({}),
 *   snapshot: () => ({}),
 * });
 * ```
 */
export function faultyApplication(options: FaultyApplicationOptions): FaultyApplication {
  const { name = "application", onCrash } = options;
  const links = new Set<FaultyMessages>();
  let dialled = 0;
  const application = applicationFaults({
    faults: options.faults,
    name,
    crash() {
      for (const link of links) link.close();
      onCrash?.();
    },
    block() {
      const blocks = [...links].map((link) => link.block());
      return { [Symbol.dispose]: () => blocks.forEach((block) => block[Symbol.dispose]()) };
    },
  });
  const { faults } = application;
  const dial = async (asked: DialOptions) => {
    const label = `${name} link ${++dialled}`;
    await using stack = new AsyncDisposableStack();
    const linksDir = asked.stream === undefined
      ? stack.use(await proxiedLinks(asked, faults, label)).linksDir
      : undefined;
    const wrap: NonNullable<DialOptions["wrap"]> = (inner) => {
      const messages = faultyMessages(asked.wrap?.(inner) ?? inner, { faults, name: label });
      links.add(messages);
      stack.defer(() => {
        links.delete(messages);
        messages.close();
      });
      return messages;
    };
    const link = await dialAppLink({
      ...asked,
      ...(linksDir === undefined ? {} : { linksDir }),
      wrap,
      execute: (call) => application.run(call.command, () => asked.execute(call)),
    });
    const held = stack.move();
    const gone = link.closed.finally(() => held.disposeAsync());
    return {
      ...link,
      async [Symbol.asyncDispose]() {
        await link[Symbol.asyncDispose]();
        await gone;
      },
    };
  };
  return {
    faults,
    dial,
    run: application.run,
    dismiss: application.dismiss,
    get crashes() {
      return application.crashes;
    },
    get blocked() {
      return application.blocked;
    },
    [Symbol.dispose]: () => application[Symbol.dispose](),
  };
}

/**
 * A rendezvous file of its own, which leads to the bridge through a proxy. A WebSocket has none: its bridge answers to its
 * own address only.
 */
async function proxiedLinks(
  { app, bridge, linksDir = defaultLinksDir() }: DialOptions,
  faults: Faults,
  name: string,
): Promise<{ linksDir: string } & AsyncDisposable> {
  const rendezvous = await readRendezvous(rendezvousPath(linksDir, app, bridge));
  const target = targetOf(rendezvous);
  if (target === undefined) return { linksDir, [Symbol.asyncDispose]: () => Promise.resolve() };
  await using stack = new AsyncDisposableStack();
  const proxy = stack.use(await startFaultProxy({ target, faults, name }));
  const folder = stack.adopt(await Deno.makeTempDir(), (path) => Deno.remove(path, { recursive: true }));
  stack.use(await writeRendezvous(folder, { ...rendezvous, address: proxy.address }));
  const held = stack.move();
  return { linksDir: folder, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function targetOf({ transport, address }: Rendezvous): ProxyTarget | undefined {
  if (transport === "websocket") return undefined;
  if (transport !== "tcp") return { path: address };
  const [hostname = "127.0.0.1", port] = address.split(":");
  return { hostname, port: Number(port) };
}
