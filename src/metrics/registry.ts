import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Metric } from './definitions';

export const newRegistry = () => new Registry();

/** A code may be any text of a service: beyond so many of a metric the others count as one. */
const mostCodes = 200;

/** Text as a value of a label: short, of the letters of codes, and not without end. */
export function codeLabels(): (code: string) => string {
  const known = new Set<string>();
  return (code) => {
    const label = /^[\w.:-]{1,80}$/.test(code) ? code : 'other';
    if (!known.has(label) && known.size >= mostCodes) return 'other';
    known.add(label);
    return label;
  };
}

const configuration = ({ name, help, labels }: Metric, registry: Registry) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [registry],
});

export const counterOf = (registry: Registry, metric: Metric & { type: 'counter' }) =>
  new Counter(configuration(metric, registry));

export const gaugeOf = (registry: Registry, metric: Metric & { type: 'gauge' }) =>
  new Gauge(configuration(metric, registry));

export const histogramOf = (registry: Registry, metric: Metric & { type: 'histogram' }) =>
  new Histogram({ ...configuration(metric, registry), buckets: [...(metric.buckets ?? [])] });
