/** The address of a bridge in a request: one that is none is refused with what it could be, and who is here. */
import { AppName, BridgeAddress } from "@patchbay/contracts";
import type { GatewayDeps } from "./deps.ts";

/** More would hide what is said of the form. */
const MOST_NAMED = 10;

/** A schema for the field or parameter; its error names the form and the bridges that are here. */
export const bridgeField = ({ here }: Pick<GatewayDeps, "here">) =>
  BridgeAddress.clone({ ...BridgeAddress.def, error: ({ input }) => explain(input, here.addresses()) })
    .meta({ description: "`blender.ws-07`, or `blender.any` for whichever bridge is free." });

function explain(input: unknown, present: readonly string[]): string {
  if (input === undefined) return `it is missing; write 'blender.ws-07' or 'blender.any'${whoIsHere(present)}`;
  if (typeof input !== "string") return `it is no text; write 'blender.ws-07' or 'blender.any'${whoIsHere(present)}`;
  const text = shortened(input);
  if (AppName.safeParse(input).success) {
    const own = present.filter((address) => address.startsWith(`${input}.`));
    const one = own[0] ?? `${input}.ws-07`;
    return `'${text}' is an application; write '${input}.any' for whichever bridge is free, or '${one}' for one${
      whoIsHere(present)
    }`;
  }
  return `'${text}' is no <application>.<bridge>, such as 'blender.ws-07' or 'blender.any'${whoIsHere(present)}`;
}

function whoIsHere(present: readonly string[]): string {
  if (present.length === 0) return "; no bridge is here";
  const more = present.length > MOST_NAMED ? ` and ${present.length - MOST_NAMED} more` : "";
  return `; here ${present.length === 1 ? "is" : "are"} ${present.slice(0, MOST_NAMED).join(", ")}${more}`;
}

const shortened = (text: string) => text.length > 100 ? `${text.slice(0, 100)}…` : text;
