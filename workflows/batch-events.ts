import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { type BatchRun, note } from './batch-run';
import type { BatchEvent } from './messages';

// A webhook that is down must not hold the batch up, and its news is stale after a while.
const webhook = (summary: string) =>
  proxyActivities<Activities>({ startToCloseTimeout: '30s', scheduleToCloseTimeout: '1h', summary });

/** Writes what the batch did by itself into its journal and sends it to the operators' webhook. */
export function announce(run: BatchRun, kind: BatchEvent['kind'], what: string): void {
  note(run.state, 'smc-batch', what);
  run.notifying++;
  void webhook(what)
    .notify({ batch: run.plan.name, at: Date.now(), kind, what })
    .catch(() => undefined)
    .finally(() => {
      run.notifying--;
      run.changed = true;
    });
}

/** Looks for what operators want to hear of, once each: waves that ended, gates that wait, servers that failed. */
export function announceNews(run: BatchRun): void {
  const { state, servers, plan } = run;
  const { announced } = state;
  for (const [i, wave] of servers.waves.entries()) {
    const { name, after } = plan.waves[i]!;
    const others = servers.waves.slice(0, i).every(({ ended, synced, total }) => ended + synced === total);
    if (
      after === 'approval' &&
      others &&
      wave.ended < wave.total &&
      !state.gates.approvedWaves.includes(name)
    ) {
      once(announced.waiting, name, () =>
        announce(run, 'gate', `wave '${name}' waits for approval: smc-batch approve ${plan.name} ${name}`),
      );
    }
    if (wave.ended === wave.total && wave.total > 0 && plan.waves.length > 1) {
      once(announced.ended, name, () =>
        announce(
          run,
          'wave',
          `wave '${name}' has ended: ${wave.total - wave.failed} of ${wave.total} without failure`,
        ),
      );
    }
  }
  // One message for all that failed since the last one: a bad night must not become a flood.
  if (servers.counts.failed > announced.failures && run.notifying === 0) {
    const more = servers.counts.failed - announced.failures;
    announced.failures = servers.counts.failed;
    announce(
      run,
      'failure',
      `${more} more servers have failed, ${servers.counts.failed} in all: smc-batch report ${plan.name}`,
    );
  }
}

function once(list: string[], name: string, say: () => void): void {
  if (list.includes(name)) return;
  list.push(name);
  say();
}
