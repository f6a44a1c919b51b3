/** Units that may follow a number, and what they make of it. */

/** What a unit measures, and how many base units it is; the base units are metres, degrees, seconds and parts of one. */
export interface Unit {
  measures: "length" | "angle" | "time" | "share" | "count";
  factor: number;
}

const length = (factor: number): Unit => ({ measures: "length", factor });
const angle = (factor: number): Unit => ({ measures: "angle", factor });
const time = (factor: number): Unit => ({ measures: "time", factor });
const share: Unit = { measures: "share", factor: 0.01 };
/** Says what is counted, and changes nothing. */
const count: Unit = { measures: "count", factor: 1 };

const TABLE: [Unit, string][] = [
  [length(1), "m meter meters metre metres"],
  [length(0.01), "cm centimeter centimeters centimetre centimetres"],
  [length(0.001), "mm millimeter millimeters millimetre millimetres"],
  [length(1000), "km kilometer kilometers kilometre kilometres"],
  [length(0.0254), "inch inches"],
  [length(0.3048), "ft foot feet"],
  [length(1), "unit units"],
  [angle(1), "\u00b0 deg degree degrees"],
  [angle(180 / Math.PI), "rad radian radians"],
  [time(1), "s sec secs second seconds"],
  [time(0.001), "ms millisecond milliseconds"],
  [time(60), "min mins minute minutes"],
  [share, "% percent"],
  [
    count,
    "x times fps frame frames px pixel pixels sample samples w watt watts hz bpm k kelvin db beat beats bar bars",
  ],
];

/** By how they are written. */
export const UNITS: ReadonlyMap<string, Unit> = new Map(
  TABLE.flatMap(([unit, names]) => names.split(" ").map((name) => [name, unit] as const)),
);
