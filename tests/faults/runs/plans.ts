/** Plans of thirty steps, drawn from a seed: all that a step can be, in one order or beside one another. */
import {
  type AppName,
  ForEach,
  type ManifestDocument,
  manifestDocument,
  newId,
  orderWrites,
  type Plan,
  type Step,
} from "@patchbay/contracts";
import type { SeededRandom } from "@patchbay/testing";
import { isRead, WORKSHOPS } from "./workshop.ts";

export const MANIFESTS: ReadonlyMap<AppName, ManifestDocument> = new Map(
  Object.entries(WORKSHOPS).map(([app, manifest]) => [app, manifestDocument(manifest)]),
);
const STEPS = 30;
const ROUNDS = 3;

/** How the steps lie: one after the other, beside one another, on whichever bridge, or all of that. */
const SHAPES = ["sequential", "parallel", "any", "mixed"] as const;
type Shape = typeof SHAPES[number];
type Make = (context: Drawing) => Pick<Step, "command" | "args"> & Partial<Step>;

interface Drawing {
  random: SeededRandom;
  /** `<plan>/<step>`: names the effect. */
  tag: string;
  /** Steps before it that read. */
  reads: readonly Step[];
}

const taking = (random: SeededRandom) => ({
  takesMs: random.chance(0.15) ? random.integer(50, 200) : random.integer(0, 10),
});

/** What an earlier step has counted, or nothing. */
const after = ({ random, reads }: Drawing) =>
  reads.length === 0 || random.chance(0.4) ? {} : { after: { $ref: `${random.pick(reads).id}.result.n` } };

const grind: Make = (drawing) => ({
  command: "grind",
  args: { tag: drawing.tag, ...taking(drawing.random), ...after(drawing) },
});
const count: Make = (drawing) => ({ command: "count", args: { ...taking(drawing.random), ...after(drawing) } });
const MAKES: readonly [weight: number, Make][] = [
  [8, grind],
  [5, count],
  [3, ({ random, tag }) => ({ command: "paint", args: { tag, colour: random.integer(1, 9), ...taking(random) } })],
  [3, ({ random, tag }) => ({ command: "fire", args: { tag, ...taking(random) } })],
  [2, ({ random, tag }) => ({ command: "glaze", args: { tag, ...taking(random) } })],
  [0.3, ({ tag }) => ({ command: "refuse", args: { tag }, onError: "continue" })],
  [2, ({ random, tag }) => ({
    command: "grind",
    args: { tag, busy: random.integer(1, 2) },
    retry: { retries: 3, initialDelayMs: 20, maxDelayMs: 100 },
  })],
  [3, ({ random, tag, reads }) => ({
    command: random.pick(["grind", "paint", "fire"]),
    args: { tag: { $item: "" }, colour: 3 },
    forEach: Array.from({ length: ROUNDS }, (_, i) => `${tag}/${i}`),
    ...(reads.length > 0 && random.chance(0.3)
      ? { when: { $ref: `${random.pick(reads).id}.result.n`, atLeast: 0 } }
      : {}),
  })],
  [1, ({ reads, random }) => ({
    command: "count",
    args: { after: { $item: "" } },
    forEach: reads.length === 0 ? [1, 2] : { $ref: `${random.pick(reads).id}.result.some` },
  })],
  [2, (drawing) => {
    const { random, reads } = drawing;
    if (reads.length === 0) return grind(drawing);
    const limit = random.chance(0.5) ? { atLeast: -1_000 } : { lessThan: -1_000 };
    return { ...grind(drawing), when: { $ref: `${random.pick(reads).id}.result.n`, ...limit } };
  }],
];

export function drawPlan(random: SeededRandom, size = STEPS): Plan {
  const id = newId();
  const shape = random.pick(SHAPES);
  const steps: Step[] = [];
  const reads: Step[] = [];
  for (let n = 1; n <= size; n++) {
    const make = pickMake(random);
    const made = make({ random, tag: `${id}/s${n}`, reads });
    const { args, ...more } = made;
    // only what is painted has a colour
    const { colour, ...rest } = args;
    const step: Step = {
      id: `s${n}`,
      ...placed(shape, random),
      dependsOn: shape === "sequential" && n > 1
        ? [`s${n - 1}`]
        : random.chance(0.2) && n > 1
        ? [`s${random.integer(1, n - 1)}`]
        : [],
      onError: random.chance(0.1) ? "stop" : "continue",
      ...more,
      args: made.command === "paint" && colour !== undefined ? args : rest,
    };
    steps.push(step);
    if (made.command === "count" && step.forEach === undefined) reads.push(step);
  }
  const plan: Plan = { id, instruction: `A ${shape} plan`, steps, provenance: { provider: "hand", createdAt: 0 } };
  return orderWrites(plan, MANIFESTS);
}

function placed(shape: Shape, random: SeededRandom): Pick<Step, "app" | "bridge"> {
  if (random.chance(0.35)) return { app: "press", ...(random.chance(0.5) ? { bridge: "ws-03" } : {}) };
  const anywhere = shape === "any" || (shape === "mixed" && random.chance(0.5));
  return { app: "mill", ...(anywhere ? {} : { bridge: random.pick(["ws-01", "ws-02"]) }) };
}

function pickMake(random: SeededRandom): Make {
  let at = random.next() * MAKES.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of MAKES) if ((at -= weight) < 0) return make;
  return grind;
}

/** The tags of a step's effects, one for each round. */
export function tagsOf({ command, args, forEach }: Step): readonly string[] {
  if (isRead(command)) return [];
  if (forEach !== undefined) return Array.isArray(ForEach.parse(forEach)) ? forEach as string[] : [];
  return [args["tag"] as string];
}
