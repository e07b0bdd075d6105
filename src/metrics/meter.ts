import { Counter, Gauge, type Registry } from 'prom-client';
import type { Measure } from '../../workflows/contract/figures/measures';
import { counted, ofProcess } from './definitions';
import { codeLabels, counterOf, gaugeOf, histogramOf, newRegistry } from './registry';

/** What one worker process counts. */
export interface Meter {
  /** A call that was answered or failed; `code` of the API, OK where it has none. */
  apiCalled(operation: string, code: string, seconds: number): void;
  credentialsFailed(code: string): void;
  /** What a batch has seen. */
  measured(measure: Measure): void;
  webhookAnswered(result: 'delivered' | 'refused' | 'failed'): void;
  /** The worker takes work, or no longer does. */
  takesWork(isReady: boolean): void;
  readonly registry: Registry;
}

export interface WorkerFacts {
  version: string;
  taskQueue: string;
}

/** A meter of its own registry, with the process's figures. */
export function createMeter({ version, taskQueue }: WorkerFacts): Meter {
  const registry = newRegistry();
  const requests = counterOf(registry, counted.apiRequests);
  const seconds = histogramOf(registry, counted.apiSeconds);
  const credentials = counterOf(registry, counted.credentialsFailures);
  const ends = counterOf(registry, counted.serverEnds);
  const stages = histogramOf(registry, counted.stageSeconds);
  const breaks = counterOf(registry, counted.jobBreaks);
  const webhook = counterOf(registry, counted.webhookDeliveries);
  const ready = gaugeOf(registry, counted.workerReady);
  const codeOf = codeLabels();
  gaugeOf(registry, counted.workerInfo).set({ version, task_queue: taskQueue }, 1);
  // Prometheus sees an increase only from a value that it has seen: what may alarm begins at 0.
  for (const outcome of ['migrated', 'skipped', 'failed', 'cancelled']) ends.inc({ outcome }, 0);
  for (const result of ['delivered', 'refused', 'failed']) webhook.inc({ result }, 0);
  addProcess(registry);
  return {
    registry,
    apiCalled(operation, code, took) {
      requests.inc({ operation, code: codeOf(code) });
      seconds.observe({ operation }, took);
    },
    credentialsFailed: (code) => credentials.inc({ code: codeOf(code) }),
    measured(measure) {
      if (measure.kind === 'end') ends.inc({ outcome: measure.outcome });
      else if (measure.kind === 'break') breaks.inc({ code: codeOf(measure.code) });
      else stages.observe({ stage: measure.stage }, measure.seconds);
    },
    webhookAnswered: (result) => webhook.inc({ result }),
    takesWork: (isReady) => ready.set(isReady ? 1 : 0),
  };
}

/** Read when the page is; the library's own set has names that Prometheus' linter refuses. */
function addProcess(registry: Registry): void {
  const { memory, cpu, start } = ofProcess;
  new Gauge({
    ...memory,
    labelNames: [],
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Counter({
    ...cpu,
    labelNames: [],
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gaugeOf(registry, start).set(Math.round(performance.timeOrigin / 1000));
}
