/** Metrics. When telemetry is off, they record nothing. */
import { type Attributes, type Counter, type Histogram, metrics, type UpDownCounter } from "@opentelemetry/api";

export interface InstrumentOptions {
  description?: string;
  /** In UCUM: `s`, `By`, `{command}`. */
  unit?: string;
}

const meter = () => metrics.getMeter("patchbay");

/** What only grows. @example `counter("patchbay.commands", { unit: "{command}" }).add(1, { [ATTRIBUTES.app]: app })` */
export function counter(name: string, options: InstrumentOptions = {}): Counter {
  return meter().createCounter(name, options);
}

/** What grows and shrinks: a queue. */
export function upDownCounter(name: string, options: InstrumentOptions = {}): UpDownCounter {
  return meter().createUpDownCounter(name, options);
}

/** How values are spread. @example `histogram("patchbay.command.duration", { unit: "s" })` */
export function histogram(name: string, options: InstrumentOptions & { buckets?: number[] } = {}): Histogram {
  const { buckets, ...rest } = options;
  return meter().createHistogram(name, {
    ...rest,
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: buckets } }),
  });
}

/** From a millisecond to ten minutes, in seconds: for whatever applications do. */
export const DURATION_BUCKETS = [
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
  300,
  600,
];

/** A value that is asked for whenever metrics are collected; disposing ends that. */
export function gauge(
  name: string,
  options: InstrumentOptions,
  read: () => { value: number; attributes?: Attributes }[],
): Disposable {
  const instrument = meter().createObservableGauge(name, options);
  const observe: Parameters<typeof instrument.addCallback>[0] = (result) => {
    for (const { value, attributes } of read()) result.observe(value, attributes);
  };
  instrument.addCallback(observe);
  return { [Symbol.dispose]: () => instrument.removeCallback(observe) };
}
