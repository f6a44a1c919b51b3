/** What a rule may know about a JSON-RPC message: its kind, and the command or method that it is about. */
import { z } from "zod";
import type { FaultDirection } from "./fault_plan.ts";
import type { ItemFacts } from "./item_lane.ts";

const RpcMessage = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  method: z.string().optional(),
  params: z.looseObject({
    /** App link `execute`. */
    command: z.string().optional().catch(undefined),
    /** MCP `tools/call`. */
    name: z.string().optional().catch(undefined),
    /** App link `event`. */
    event: z.string().optional().catch(undefined),
  }).optional().catch(undefined),
});

/** Remembers which request a reply belongs to; one for both directions of a connection. */
export class RpcMessages {
  readonly #asked = new Map<string, readonly string[]>();

  facts(message: unknown, direction: FaultDirection): ItemFacts {
    const parsed = RpcMessage.safeParse(message);
    if (!parsed.success) return { names: [] };
    const { id, method, params } = parsed.data;
    const names = [method, params?.command, params?.name, params?.event].filter((name) => name !== undefined);
    if (id === undefined || id === null) return { names, kind: "notification" };
    if (method === undefined) {
      const key = keyOf(direction === "up" ? "down" : "up", id);
      return { names: this.#asked.get(key) ?? [], kind: "reply" };
    }
    this.#asked.set(keyOf(direction, id), names);
    return { names, kind: "request" };
  }
}

const keyOf = (direction: FaultDirection, id: string | number) => `${direction} ${typeof id} ${id}`;
