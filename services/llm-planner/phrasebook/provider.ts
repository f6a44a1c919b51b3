/** The phrasebook as a provider. */
import { newPlan, type Provider } from "../provider.ts";
import { interpret } from "./interpret.ts";

export const phrasebookProvider: Provider = {
  plan: ({ instruction, ...world }) =>
    Promise.resolve().then(() => ({
      plan: newPlan(instruction, interpret(instruction, world), { provider: "phrasebook" }),
    })),
};
