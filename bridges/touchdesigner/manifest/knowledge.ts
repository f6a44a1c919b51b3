/** What TouchDesigner knows about itself. */
import { query } from "@patchbay/contracts";
import { z } from "zod";
import { Family, ParameterDetails } from "./values.ts";

const list_operator_types = query({
  summary: "Which types of operators this TouchDesigner has, a page at a time.",
  args: z.strictObject({
    family: Family.optional(),
    search: z.string().max(100).default("").describe("part of the type or its label"),
    offset: z.number().int().min(0).max(100_000).default(0),
    limit: z.number().int().min(1).max(1_000).default(200),
  }),
  result: z.object({
    types: z.array(z.object({
      type: z.string(),
      family: z.string(),
      label: z.string(),
      inputs: z.array(z.number().int()).length(2).describe("the least and the most"),
    })),
    total: z.number().int(),
    next: z.number().int().nullable().describe("the offset of the next page; null for the last one"),
  }),
  phrases: [
    "(list|show) [me] [all|the|all the] (operator types|types of operators|types)",
    "(list|show) [me] [all|the|all the] {family} types",
    "(what|which) (operator types|types of operators) (are there|exist)",
  ],
});

const get_help = query({
  summary:
    "What an operator type or a Python class of TouchDesigner is: its parameters with menus and ranges, its members.",
  args: z.strictObject({
    topic: z.string().min(1).max(100).describe("noiseTOP; noise, with the family; or a class, such as Par"),
    family: Family.optional(),
  }),
  result: z.object({
    name: z.string(),
    label: z.string(),
    family: z.string().nullable(),
    summary: z.string(),
    members: z.array(z.object({ name: z.string(), method: z.boolean(), summary: z.string() })),
    parameters: z.array(ParameterDetails),
    url: z.string(),
  }),
  phrases: [
    "help (with|on|about|for) [the] {topic} [{family}]",
    "(explain|document) [the] {topic} {family}",
    "what (parameters|settings) does [a|an|the] {topic} {family} have",
  ],
});

export const knowledgeCommands = { list_operator_types, get_help };
