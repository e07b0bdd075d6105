/** What is seen of a worker from outside: what it counts, the batches in numbers, whether it takes work. Only workers load it. */
export { type BatchReader, type Collector, createCollector } from './collector';
export { allMetrics, type Metric } from './definitions';
export { type Health, newHealth } from './health';
export type { LeftJob, LeftJobsReader } from './left-jobs';
export { createMeter, type Meter } from './meter';
export { type MetricsParts, metricsText } from './metrics-text';
export { type Pages, servePages } from './page';
