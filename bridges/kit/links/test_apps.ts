/** For the tests of links: a desk with faders and a meter, a lamp, and what a person does with links. */
import { z } from "zod";
import {
  command,
  defineApp,
  type Link,
  Link as LinkSchema,
  LinkReport,
  type LinkStatus,
  subjects,
} from "@patchbay/contracts";
import { type Bus, openBucket, subscribe } from "@patchbay/bus";

const Faders = z.object({ faders: z.array(z.number()), name: z.string().default("desk") });

/** Is a source and a target. */
export const desk = defineApp({
  app: "desk",
  title: "Desk",
  version: "1.0.0",
  state: Faders,
  commands: {
    set_fader: command({
      summary: "Moves a fader.",
      args: z.object({ index: z.number().int().min(0), value: z.number() }),
      result: z.unknown(),
    }),
  },
  channels: {
    meter: { summary: "How loud it is.", schema: z.object({ peak: z.number() }), rateHz: 1_000 },
  },
});

export const lamp = defineApp({
  app: "lamp",
  title: "Lamp",
  version: "1.0.0",
  state: z.object({ level: z.number() }),
  commands: {
    dim: command({
      summary: "Sets how bright a lamp is.",
      args: z.object({ lamp: z.string(), level: z.number().min(0).max(100) }),
      result: z.unknown(),
    }),
  },
});

/** The meter drives the lamp, unless a test says otherwise. */
export function linkOf(draft: Partial<z.input<typeof LinkSchema>> = {}): Link {
  return LinkSchema.parse({
    id: "meter-to-lamp",
    source: { app: "desk", bridge: "ws-01", channel: "meter", path: "/peak" },
    target: { app: "lamp", bridge: "ws-02", command: "dim", args: { lamp: "left" }, argument: "/level" },
    ...draft,
  });
}

export async function putLink(bus: Bus, link: Link): Promise<number> {
  const bucket = await openBucket(bus, "links", LinkSchema);
  return await bucket.put(`${link.target.app}.${link.target.bridge}.${link.id}`, link);
}

export async function deleteLink(bus: Bus, { id, target }: Link): Promise<void> {
  await (await openBucket(bus, "links", LinkSchema)).delete(`${target.app}.${target.bridge}.${id}`);
}

/** Hears how links do from now on. */
export async function linkStatuses(bus: Bus) {
  const last = new Map<string, LinkStatus>();
  const reports = subscribe(bus, subjects.linkStatus("lamp", "ws-02"), { payload: LinkReport });
  await reports.ready;
  const heard = (async () => {
    for await (const { message } of reports) for (const status of message.payload.links) last.set(status.id, status);
  })();
  return {
    of: (id = "meter-to-lamp") => last.get(id),
    async [Symbol.asyncDispose]() {
      await reports[Symbol.asyncDispose]();
      await heard;
    },
  };
}
