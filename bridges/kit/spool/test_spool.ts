/** For the tests of the spool: a server whose streams are on files, a spool in a folder of its own, and what has arrived. */
import { AppEvent, envelope, subjects } from "@patchbay/contracts";
import { type Bus, migrate, readStream } from "@patchbay/bus";
import { startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { Spool, type SpoolOptions } from "./spool.ts";

export interface SpoolStudio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  folder: string;
}

export async function spoolStudio(): Promise<SpoolStudio> {
  const nats = await startTestNats();
  const bus = await nats.connect("a bridge");
  await migrate(bus, { storage: "file" });
  const folder = await Deno.makeTempDir({ prefix: "patchbay-spool-" });
  return {
    nats,
    bus,
    folder,
    async [Symbol.asyncDispose]() {
      await nats[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

export interface TestSpool extends AsyncDisposable {
  spool: Spool;
  /** Ends it as a bridge does that has waited long enough. */
  abort(): void;
}

export function openSpool(
  { bus, folder }: { bus: Bus; folder: string },
  options: Partial<SpoolOptions> = {},
): TestSpool {
  const ending = new AbortController();
  const spool = new Spool({ bus, folder, signal: ending.signal, ...options });
  spool.open();
  return {
    spool,
    abort: () => ending.abort(),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await spool[Symbol.asyncDispose]();
    },
  };
}

const EVENT = subjects.event("counter", "ws-01", "clicked");

/** Adds numbered events. */
export function addEvents(spool: Spool, from: number, to: number, padding = ""): void {
  for (let n = from; n < to; n++) {
    const payload: AppEvent = { app: "counter", bridge: "ws-01", event: "clicked", at: 1, data: { n, padding } };
    spool.add(EVENT, envelope({ type: "event", payload, source: "counter.ws-01" }));
  }
}

const Numbered = z.looseObject({ data: z.looseObject({ n: z.number() }) });

/** The numbers of the events in the stream, in its order. */
export async function arrived(bus: Bus): Promise<number[]> {
  const numbers: number[] = [];
  const options = { subject: EVENT, payload: Numbered, from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "EVENTS", options)) numbers.push(message.payload.data.n);
  return numbers;
}

export const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** The files that hold messages. */
export function filesIn(folder: string): string[] {
  const found: string[] = [];
  for (const { name } of Deno.readDirSync(folder)) {
    for (const file of Deno.readDirSync(`${folder}/${name}`)) {
      if (file.name.endsWith(".log")) found.push(`${folder}/${name}/${file.name}`);
    }
  }
  return found.sort();
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
