/** The devices that a simulated Live can load: a few of Live's own, with their usual parameters. */
import type { SimDevice, SimDocument, SimParameter } from "./document.ts";

const parameter = (
  name: string,
  value: number,
  min: number,
  max: number,
  unit = "",
  quantized = false,
): SimParameter => ({
  name,
  value,
  min,
  max,
  unit,
  quantized,
});
const on = parameter("Device On", 1, 0, 1, "", true);
const dryWet = parameter("Dry/Wet", 0.5, 0, 1, "%");

const CATALOGUE: Record<string, { class_name: string; type: number; parameters: SimParameter[] }> = {
  Operator: {
    class_name: "Operator",
    type: 1,
    parameters: [parameter("Volume", 0.8, 0, 1), parameter("Filter Freq", 0.9, 0, 1), parameter("Tone", 0.7, 0, 1)],
  },
  Analog: {
    class_name: "UltraAnalog",
    type: 1,
    parameters: [parameter("Volume", 0.8, 0, 1), parameter("F1 Freq", 0.6, 0, 1)],
  },
  "Drum Rack": { class_name: "DrumGroupDevice", type: 1, parameters: [parameter("Macro 1", 0, 0, 127)] },
  Reverb: { class_name: "Reverb", type: 2, parameters: [parameter("Decay Time", 0.4, 0, 1), dryWet] },
  Delay: { class_name: "Delay", type: 2, parameters: [parameter("Feedback", 0.5, 0, 0.95, "%"), dryWet] },
  Echo: { class_name: "Echo", type: 2, parameters: [parameter("Feedback", 0.5, 0, 1.5, "%"), dryWet] },
  "EQ Eight": {
    class_name: "Eq8",
    type: 2,
    parameters: [
      parameter("1 Frequency A", 0.2, 0, 1),
      parameter("1 Gain A", 0, -15, 15, "dB"),
      parameter("Scale", 1, -2, 2),
    ],
  },
  "Auto Filter": {
    class_name: "AutoFilter2",
    type: 2,
    parameters: [
      parameter("Frequency", 100, 20, 135),
      parameter("Resonance", 0, 0, 1.25),
      parameter("Filter Type", 0, 0, 9, "", true),
    ],
  },
  Compressor: {
    class_name: "Compressor2",
    type: 2,
    parameters: [parameter("Threshold", 0.85, 0, 1), parameter("Ratio", 0.75, 0, 1), dryWet],
  },
  Saturator: { class_name: "Saturator", type: 2, parameters: [parameter("Drive", 0, -36, 36, "dB"), dryWet] },
  Utility: {
    class_name: "StereoGain",
    type: 2,
    parameters: [parameter("Gain", 0, -1, 1), parameter("Mute", 0, 0, 1, "", true)],
  },
  Arpeggiator: {
    class_name: "MidiArpeggiator",
    type: 4,
    parameters: [parameter("Synced Rate", 4, 0, 13, "", true), parameter("Gate", 50, 1, 200, "%")],
  },
};

export const DEVICE_NAMES = Object.keys(CATALOGUE);

/** `undefined` for one that the simulator does not know. Names are matched in any case. */
export function newDevice(document: SimDocument, name: string): SimDevice | undefined {
  const known = DEVICE_NAMES.find((one) => one.toLowerCase() === name.toLowerCase());
  const entry = known === undefined ? undefined : CATALOGUE[known];
  if (known === undefined || entry === undefined) return undefined;
  const parameters = [on, ...entry.parameters].map((one) => ({ ...one }));
  return { id: document.nextId++, name: known, class_name: entry.class_name, type: entry.type, parameters };
}

/** As Live shows a value. */
export function shownValue({ value, unit, quantized, min, max }: SimParameter): string {
  if (quantized && min === 0 && max === 1) return value === 0 ? "off" : "on";
  if (quantized) return String(value);
  return unit === "%" && max <= 2
    ? `${Math.round(value * 100)} %`
    : `${value.toFixed(2)}${unit === "" ? "" : ` ${unit}`}`;
}
