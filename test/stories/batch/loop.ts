import { type CarriedBatch, carriedBatch, unpackedBatch } from '../../../workflows/batch/carry/carried-batch';
import { decide } from '../../../workflows/batch/decide';
import { betweenLooksMs, strayLook } from '../../../workflows/batch/looks/strays';
import { batchOf, resumed } from '../../../workflows/batch/state';
import { announceAccount, announceEnd } from '../../../workflows/batch/telling/announce';
import type { Process } from '../clock/clock';
import type { BatchHost } from './batch-host';
import { carryOut } from './carry-out';
import { lookForStrays } from './looks';

/** One turn of the loop, as `workflows/batch/workflow.ts` goes: a new run now and then, a decision, what follows from it. */
export function decideNow(host: BatchHost): void {
  if (!host.isOpen || host.isEnding) return;
  host.near.around.touch(host.name);
  const { clock, random } = host.near.around;
  if (host.handlers === 0 && random.chance(host.chances.renews)) continueAsNew(host);
  host.watch.beforeDecide(host);
  const decision = decide(host.batch, clock.now);
  host.watch.afterDecide(host, decision);
  carryOut(host, decision);
  if (!decision.isOver || host.handlers > 0) return;
  host.isEnding = true;
  host.process('batch ends', ending(host), () => {
    host.batch.state.stage = 'ended';
    host.isOpen = false;
    host.hasEnded = true;
  });
}

/** What is under way goes on, and its answers are lost. */
function continueAsNew(host: BatchHost): void {
  const { around } = host.near;
  around.count('batch continued as new');
  const carried = JSON.parse(JSON.stringify(carriedBatch(host.batch.state))) as CarriedBatch;
  host.run++;
  host.wakeAt = undefined;
  host.isSurveying = false;
  host.isBrokenOff = false;
  const before = host.batch;
  host.batch = batchOf(resumed(unpackedBatch(carried), around.clock.now));
  host.watch.afterRenewal(host, before);
}

/** All servers have ended: what is left is looked for, and the lease given back. */
function* ending(host: BatchHost): Process<void> {
  const { around, quota } = host.near;
  const { batch } = host;
  const { state } = batch;
  state.stage = 'ending';
  if (batch.index.strays.existing + batch.index.leftovers > 0) {
    yield* lookForStrays(host, strayLook(batch));
    if (state.strays.missing.length > 0) {
      yield { at: around.clock.now + betweenLooksMs(batch) };
      yield* lookForStrays(host, strayLook(batch));
    }
  }
  announceAccount(batch, around.clock.now, true);
  announceEnd(batch, around.clock.now);
  const until = around.clock.now + 60_000;
  while (state.holding.reportOnItsWay && around.clock.now < until) yield { at: around.clock.now + 500 };
  const { leftovers, strays } = batch.index;
  yield host.later();
  state.stage = 'leaving';
  quota().returned(host.name, { existing: leftovers + strays.existing, running: strays.running });
}
