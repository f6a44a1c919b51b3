/** Writes what each command of the manifest takes: `{ command: { argument: { required, default } } }`. */
import { blender } from "../../manifest.ts";
import { z } from "zod";

const Schema = z.looseObject({
  properties: z.record(z.string(), z.looseObject({ default: z.json().optional() })).default({}),
  required: z.array(z.string()).default([]),
});

const commands = Object.entries(blender.commands).map(([name, { args }]) => {
  const schema = Schema.parse(z.toJSONSchema(args, { io: "input", unrepresentable: "any" }));
  const fields = Object.entries(schema.properties).map(([key, property]) =>
    [key, { required: schema.required.includes(key), default: property.default ?? null }] as const
  );
  return [name, Object.fromEntries(fields)] as const;
});
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(Object.fromEntries(commands))));
