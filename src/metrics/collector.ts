import type { Registry } from 'prom-client';
import type { BatchFigures, WaveFigures } from '../../workflows/contract/figures/figures';
import { resources } from '../../workflows/contract/slots';
import { someAtOnce } from '../concurrency';
import { collected, collecting } from './definitions';
import { type LeftByBatch, type LeftJobsReader, leftJobs } from './left-jobs';
import { counterOf, gaugeOf } from './registry';

/** Asks the batches that run. */
export interface BatchReader {
  /** The names of the batches that run. Rejects at the deadline, milliseconds since the epoch. */
  running(deadline: number): Promise<string[]>;
  figures(batch: string, deadline: number): Promise<BatchFigures>;
  /** What batches that do not run have left in the account. */
  leftJobs: LeftJobsReader;
}

export interface CollectorOptions {
  registry: Registry;
  reader: BatchReader;
  /** For so long the figures are not asked for again; default 15,000. */
  freshMs?: number;
  /** The longest that a question may take; default 4,000: Prometheus gives a page ten seconds. */
  patienceMs?: number;
  /** A batch that cannot be asked keeps its last figures for so long; default 120,000. */
  staleMs?: number;
  now?: () => number;
}

/** Sets the gauges of the batches. */
export interface Collector {
  /** Asks the batches unless that was done a moment ago. It never throws: what goes wrong is a metric. */
  collect(): Promise<void>;
}

const batchesAtOnce = 4;

export function createCollector(options: CollectorOptions): Collector {
  const { registry, reader, freshMs = 15_000, patienceMs = 4_000, staleMs = 120_000 } = options;
  const now = options.now ?? Date.now;
  const gauges = gaugesOf(registry);
  const success = gaugeOf(registry, collecting.success);
  const errors = counterOf(registry, collecting.errors);
  const seconds = gaugeOf(registry, collecting.seconds);
  const known = new Map<string, { figures: BatchFigures; at: number }>();
  const left = leftJobs(reader.leftJobs, () => errors.inc());
  let collectedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  async function ask(): Promise<void> {
    const since = now();
    const deadline = since + patienceMs;
    let failures = 0;
    const failed = () => {
      failures++;
    };
    const names = await within(patienceMs, reader.running(deadline)).catch(failed);
    await someAtOnce(names ?? [], batchesAtOnce, async (batch) => {
      await within(patienceMs, reader.figures(batch, deadline)).then((figures) => {
        known.set(batch, { figures, at: now() });
      }, failed);
    });
    for (const [batch, { at }] of known)
      if ((names && !names.includes(batch)) || now() - at > staleMs) known.delete(batch);
    const batches = [...known.values()].map(({ figures }) => figures);
    // A list that could not be read tells of no end.
    if (names) left.look(names, batches, now());
    gauges.set(batches, left.figures(now()));
    errors.inc(failures);
    success.set(failures === 0 ? 1 : 0);
    seconds.set((now() - since) / 1000);
    collectedAt = now();
  }

  return {
    async collect() {
      if (now() - collectedAt < freshMs) return;
      underWay ??= ask().finally(() => {
        underWay = undefined;
      });
      await underWay;
    },
  };
}

/** What the work gives; rejects when it takes longer, whether it keeps to its deadline or not. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

function gaugesOf(registry: Registry) {
  const gauges = Object.fromEntries(
    Object.entries(collected).map(([key, metric]) => [key, gaugeOf(registry, metric)]),
  ) as Gauges;
  return {
    set(batches: BatchFigures[], left: LeftByBatch[]): void {
      for (const gauge of Object.values(gauges)) gauge.reset();
      for (const figures of batches) setBatch(gauges, figures);
      for (const figures of left) setLeft(gauges, figures);
      // Of an account with several batches the quota that was stated last.
      const byAge = [...batches].sort((a, b) => a.quota.changedAt - b.quota.changedAt);
      for (const { account, quota } of byAge) {
        gauges.accountQuota.set({ account, kind: 'existing' }, quota.jobs);
        gauges.accountQuota.set({ account, kind: 'running' }, quota.running);
      }
    },
  };
}

type Gauges = { [key in keyof typeof collected]: ReturnType<typeof gaugeOf> };

function setBatch(gauges: Gauges, figures: BatchFigures): void {
  const { batch, account, slots, estimatedEnd, accountTrouble } = figures;
  gauges.status.set({ batch, status: figures.status }, 1);
  for (const wave of figures.waves) setWave(gauges, batch, wave);
  for (const [reason, count] of Object.entries(figures.waiting))
    gauges.waitingServers.set({ batch, reason }, count);
  for (const kind of resources) {
    gauges.slots.set({ account, batch, kind, state: 'leased' }, slots.leased[kind]);
    gauges.slots.set({ account, batch, kind, state: 'in_use' }, slots.inUse[kind]);
  }
  if (accountTrouble) gauges.accountTrouble.set({ batch, code: accountTrouble }, 1);
  if (estimatedEnd !== undefined) gauges.estimatedEnd.set({ batch }, estimatedEnd / 1000);
  setLeft(gauges, figures);
  gauges.strayJobs.set({ batch }, figures.strayJobs);
  gauges.unsentMessages.set({ batch }, figures.unsentMessages);
}

function setLeft(gauges: Gauges, { batch, leftovers, leftoverSeconds }: LeftByBatch): void {
  gauges.leftoverJobs.set({ batch }, leftovers);
  gauges.leftoverSeconds.set({ batch }, leftoverSeconds);
}

function setWave(gauges: Gauges, batch: string, figures: WaveFigures): void {
  const { name: wave, phases, estimatedEnd, windowClosesAt } = figures;
  for (const [phase, count] of Object.entries(phases)) gauges.servers.set({ batch, wave, phase }, count);
  if (estimatedEnd !== undefined) gauges.waveEstimatedEnd.set({ batch, wave }, estimatedEnd / 1000);
  if (windowClosesAt !== undefined) gauges.windowClose.set({ batch, wave }, windowClosesAt / 1000);
}
