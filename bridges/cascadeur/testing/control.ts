/** Troubles a simulated Cascadeur: what a person and the weather do to one. */
import { z } from "zod";

/** What `app/stand_in/control.py` understands. */
export type Trouble =
  | { do: "dialog"; open: boolean }
  | { do: "minimise"; on: boolean }
  | { do: "licence"; valid: boolean }
  | { do: "hang"; ms: number }
  | { do: "hook" }
  | { do: "end" }
  | { do: "crash" }
  | { do: "rename"; object: string; name: string }
  | { do: "frame"; frame: number }
  | { do: "dispatched" };

const Address = z.strictObject({ url: z.url(), token: z.string() });
const Answer = z.strictObject({ answer: z.unknown() });

/** @param path where the simulator says how it is reached */
export const controlOf = (path: string) => async (trouble: Trouble): Promise<unknown> => {
  const { url, token } = Address.parse(JSON.parse(await Deno.readTextFile(path)));
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(trouble),
  });
  return Answer.parse(await response.json()).answer;
};
