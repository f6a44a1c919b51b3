/** How many plans of several lengths are validated a second: against the manifest of Blender, with references, conditions and rounds. */
import { blender } from "@patchbay/bridge-blender";
import { manifestDocument, newId, type Plan, type Step, validatePlan } from "@patchbay/contracts";
import { median } from "./measure.ts";
import { digits, fact, type Row } from "./rows.ts";

const ROUNDS = 5;
/** How long each length is measured in each round, in milliseconds. */
const MEASURED_MS = 600;

export function measureValidation(): Row[] {
  const world = { manifests: new Map([["blender", manifestDocument(blender)]]) };
  const rows: Row[] = [];
  let perStepOfTen: number | undefined;
  for (const length of [10, 100, 1_000, 10_000]) {
    const plan = planOf(length);
    const validate = () => {
      const checked = validatePlan(plan, world);
      if (!checked.ok) throw new Error(`the plan does not hold: ${JSON.stringify(checked.issues[0])}`);
    };
    validate();
    const rate = median(Array.from({ length: ROUNDS }, () => throughput(validate)));
    const microseconds = 1e6 / rate / length;
    perStepOfTen ??= microseconds;
    rows.push(fact(
      `validations of ${length} steps a second (${digits(microseconds)} µs a step, ${
        digits(microseconds / perStepOfTen)
      } of that with 10)`,
      rate < 100 ? rate : Math.round(rate).toString(),
    ));
  }
  return rows;
}

function throughput(call: () => void): number {
  const began = performance.now();
  let calls = 0;
  do {
    call();
    calls++;
  } while (performance.now() - began < MEASURED_MS);
  return calls / ((performance.now() - began) / 1000);
}

/** What a planner makes: things that are created, moved by reference to what was created, on a condition, and painted in rounds. */
function planOf(length: number): Plan {
  const steps = Array.from({ length }, (_, i): Step => {
    const id = `s${i}`;
    const dependsOn = i === 0 ? [] : [`s${i - 1}`];
    const rest = { id, app: "blender", dependsOn, onError: "stop" as const };
    const made = `s${i - i % 4}`;
    const object = { $ref: `${made}.result.name` };
    switch (i % 4) {
      case 0:
        return { ...rest, command: "create_object", args: { type: "cube", name: `Cube ${i}`, location: [i, 0, 0] } };
      case 1:
        return {
          ...rest,
          command: "transform_object",
          args: { object, location: { $ref: `${made}.result.location` } },
        };
      case 2:
        return {
          ...rest,
          command: "transform_object",
          args: { object, location: [0, 0, 1] },
          when: { $ref: `${made}.result.name`, contains: "Cube" },
        };
      default:
        return {
          ...rest,
          command: "transform_object",
          args: { object, location: [0, 0, { $item: "/z" }] },
          forEach: [{ z: 1 }, { z: 2 }],
        };
    }
  });
  return { id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } };
}
