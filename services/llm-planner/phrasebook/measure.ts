/** What a number means to an argument: its schema says in which unit it wants it. */
import type { Unit } from "./units.ts";
import type { SchemaNode } from "./schema_node.ts";

/** Turns a number with a unit into the argument's own unit. */
export type Measure = (value: number, unit: Unit | undefined) => number;

/** Reads the argument's unit from its name and description; metres, degrees and seconds unless they say otherwise. */
export function measureOf(name: string, schema: SchemaNode): Measure {
  const said = `${name} ${schema.description ?? ""}`;
  const base = {
    length: /millimet/i.test(said) ? 0.001 : /centimet/i.test(said) ? 0.01 : /kilomet/i.test(said) ? 1000 : 1,
    angle: /radians?\b/i.test(said) && !/degree/i.test(said) ? 180 / Math.PI : 1,
    time: /millisecond|_ms\b|Ms\b/.test(said) ? 0.001 : /\bminutes?\b/i.test(said) ? 60 : 1,
    share: schema.maximum === 100 ? 0.01 : 1,
    count: 1,
  };
  return (value, unit) => unit === undefined ? value : tidy(value * unit.factor / base[unit.measures]);
}

/** 50 cm are 0.5 m, not 0.5000000000000001. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
