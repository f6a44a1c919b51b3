/** Writes SuperCollider's synth definitions: the file format SCgf, version 2, as `/d_recv` takes it. */

export type Rate = "scalar" | "control" | "audio";
const RATES = { scalar: 0, control: 1, audio: 2 } as const satisfies Record<Rate, number>;

/** An output of a unit generator. */
export interface Output {
  ugen: number;
  output: number;
}
/** What goes into a unit generator: a constant, or an output of an earlier one. */
export type Input = number | Output;

interface Ugen {
  name: string;
  rate: Rate;
  special: number;
  inputs: readonly Input[];
  outputs: number;
}

export interface SynthDef {
  name: string;
  /** Each with what it is until it is set. */
  parameters: Readonly<Record<string, number>>;
  ugens: readonly Ugen[];
}

export interface Patch {
  parameter(name: string): Output;
  /** @param special which operator, for operators */
  ugen(name: string, rate: Rate, inputs: readonly Input[], options?: { outputs?: number; special?: number }): Output[];
  multiply(rate: Rate, a: Input, b: Input): Output;
}

/** Operator 2 of `BinaryOpUGen` is multiplication. */
const MULTIPLY = 2;

/** @param connect puts the unit generators together, each after those that it listens to */
export function synthDef(
  name: string,
  parameters: Readonly<Record<string, number>>,
  connect: (patch: Patch) => void,
): SynthDef {
  const names = Object.keys(parameters);
  const ugens: Ugen[] = [{ name: "Control", rate: "control", special: 0, inputs: [], outputs: names.length }];
  const patch: Patch = {
    parameter(wanted) {
      const output = names.indexOf(wanted);
      if (output === -1) throw new RangeError(`Cannot connect '${wanted}': ${name} has no such parameter`);
      return { ugen: 0, output };
    },
    ugen(ugen, rate, inputs, { outputs = 1, special = 0 } = {}) {
      ugens.push({ name: ugen, rate, special, inputs, outputs });
      return Array.from({ length: outputs }, (_, output) => ({ ugen: ugens.length - 1, output }));
    },
    multiply(rate, a, b) {
      return patch.ugen("BinaryOpUGen", rate, [a, b], { special: MULTIPLY })[0]!;
    },
  };
  connect(patch);
  return { name, parameters, ugens };
}

/** All definitions in one file. */
export function encodeSynthDefs(definitions: readonly SynthDef[]): Uint8Array {
  const file = new Writer();
  file.ascii("SCgf");
  file.int32(2);
  file.int16(definitions.length);
  for (const definition of definitions) write(file, definition);
  return file.bytes();
}

function write(file: Writer, { name, parameters, ugens }: SynthDef): void {
  const constants = [...new Set(ugens.flatMap(({ inputs }) => inputs.filter((input) => typeof input === "number")))];
  file.text(name);
  file.int32(constants.length);
  for (const constant of constants) file.float32(constant);
  const initial = Object.entries(parameters);
  file.int32(initial.length);
  for (const [, value] of initial) file.float32(value);
  file.int32(initial.length);
  for (const [i, [parameter]] of initial.entries()) {
    file.text(parameter);
    file.int32(i);
  }
  file.int32(ugens.length);
  for (const { name, rate, special, inputs, outputs } of ugens) {
    file.text(name);
    file.int8(RATES[rate]);
    file.int32(inputs.length);
    file.int32(outputs);
    file.int16(special);
    for (const input of inputs) {
      // a constant is an input of the unit generator -1
      file.int32(typeof input === "number" ? -1 : input.ugen);
      file.int32(typeof input === "number" ? constants.indexOf(input) : input.output);
    }
    for (let i = 0; i < outputs; i++) file.int8(RATES[rate]);
  }
  // no variants
  file.int16(0);
}

/** Big-endian. */
class Writer {
  readonly #bytes: number[] = [];

  int8(value: number): void {
    this.#bytes.push(value & 0xff);
  }

  int16(value: number): void {
    this.#view(2, (view) => view.setInt16(0, value));
  }

  int32(value: number): void {
    this.#view(4, (view) => view.setInt32(0, value));
  }

  float32(value: number): void {
    this.#view(4, (view) => view.setFloat32(0, value));
  }

  /** With its length in front. */
  text(text: string): void {
    this.int8(text.length);
    this.ascii(text);
  }

  ascii(text: string): void {
    this.#bytes.push(...new TextEncoder().encode(text));
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }

  #view(length: number, fill: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(length));
    fill(view);
    this.#bytes.push(...new Uint8Array(view.buffer));
  }
}
