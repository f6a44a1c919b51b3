/** What a benchmark says: a line of the table. */
import type { Sample } from "./measure.ts";

export interface Row {
  what: string;
  measured: string;
  /** Absent where the design sets none: then the line only informs. */
  budget?: string;
  kept?: boolean;
}

export const digits = (value: number): string => value.toFixed(2);

export const atMost = (what: string, measured: number, budget: number): Row => ({
  what,
  measured: digits(measured),
  budget: `<= ${digits(budget)}`,
  kept: measured <= budget,
});

export const atLeast = (what: string, measured: number, budget: number): Row => ({
  what,
  measured: digits(measured),
  budget: `>= ${digits(budget)}`,
  kept: measured >= budget,
});

export const fact = (what: string, measured: number | string): Row => ({
  what,
  measured: typeof measured === "number" ? digits(measured) : measured,
});

export function printTable(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, measured, budget, kept } of rows) {
    const verdict = budget === undefined ? "      " : kept ? "kept  " : "MISSED";
    const beside = budget === undefined ? "" : `   budget ${budget}`;
    console.log(`${verdict}  ${what.padEnd(width)}  ${measured.padStart(8)}${beside}`);
  }
}

interface Compared {
  subject: Sample;
  baseline: Sample;
  ratio: Sample;
}

/** Throughput, p50 and p99 of two ways, as ratios. */
export function compared(what: string, beside: string, { subject, baseline, ratio }: Compared): Row[] {
  const ms = (one: Sample, key: "p50" | "p99") => `${digits(one[key])} ms`;
  const rate = (one: Sample) => `${Math.round(one.throughput)}/s`;
  return [
    fact(`${what}: throughput ${rate(subject)} beside ${rate(baseline)} of ${beside}`, ratio.throughput),
    fact(`${what}: p50 ${ms(subject, "p50")} beside ${ms(baseline, "p50")}`, ratio.p50),
    fact(`${what}: p99 ${ms(subject, "p99")} beside ${ms(baseline, "p99")}`, ratio.p99),
  ];
}
