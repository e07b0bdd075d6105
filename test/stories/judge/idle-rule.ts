import type { Batch } from '../../../workflows/batch/state';
import { waitingReasons } from '../../../workflows/batch/views/waiting-reason';
import type { World } from '../plot/world';
import { starved } from './quota-rule';
import { must } from './violation';

const minute = 60_000;
export const idleLookMs = 10 * minute;

/** Looks every few minutes whether somebody waits without a reason, and for how long. */
export class IdleRule {
  /** Since when a server, or a batch, waits without one. */
  private readonly since = new Map<string, number>();

  constructor(private readonly world: World) {}

  judge(): void {
    const { batches, quota, account, clock } = this.world;
    for (const host of batches.values()) {
      const idle = host.isOpen ? waitingWithoutReason(host.batch, clock.now) : [];
      const names = host.batch.state.plan.servers.map(({ name }) => name);
      this.mustEnd(host.firstRunId, names, idle, 21, 'who waits has a reason', 'waits without one');
    }
    const hungry = starved([...batches.values()], quota.state, account, clock.now);
    // A batch that was applied again has waited no longer than that.
    for (const { firstRunId, name } of batches.values())
      this.mustEnd(
        firstRunId,
        [name],
        hungry,
        25,
        'a free slot is not idle',
        'could start something, and does not',
      );
  }

  private mustEnd(
    firstRunId: string,
    all: string[],
    idle: string[],
    minutes: number,
    rule: string,
    what: string,
  ): void {
    const { clock, describe } = this.world;
    for (const name of all) {
      const key = `${firstRunId} ${name}`;
      if (!idle.includes(name)) {
        this.since.delete(key);
        continue;
      }
      const since = this.since.get(key) ?? clock.now;
      this.since.set(key, since);
      const ms = clock.now - since;
      must(ms < minutes * minute, rule, () => `${name} ${what} for ${ms / 1000} s: ${describe()}`);
    }
  }
}

/** The servers that wait where nothing says why. */
function waitingWithoutReason(batch: Batch, now: number): string[] {
  const { index, state } = batch;
  if (state.stage !== 'running' || state.cancelRequested) return [];
  const whyOf = waitingReasons(batch, now);
  return state.plan.servers
    .map(({ name }) => name)
    .filter((name) => index.phaseOf(name) === 'waiting' || index.phaseOf(name) === 'queued')
    .filter((name) => whyOf(name).kind === 'turn');
}
