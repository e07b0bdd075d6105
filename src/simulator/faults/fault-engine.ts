import type { SimulatedAccount } from '../account/account';
import { seededRandom } from '../account/random';
import type { CallFault, CallVerdict, FaultEngine, ResolvedFaults, RunVerdict } from './faults';

/** Whether a rule that hits a share of the sources hits this one. */
export function hitsSource(
  rule: { source: string; probability: number },
  source: { sourceId: string; name: string },
  seed: string | number,
): boolean {
  if (rule.source !== '*' && rule.source !== source.sourceId && rule.source !== source.name) return false;
  return rule.probability === 1 || seededRandom(`${seed}/hit/${source.name}`)() < rule.probability;
}

/** An engine for these faults. The account keeps how often each rule has matched, also in its state file. */
export function createFaultEngine(faults: ResolvedFaults, account: SimulatedAccount): FaultEngine {
  const { seed } = account.options;
  const count = (key: string) => {
    account.faultCounts[key] = (account.faultCounts[key] ?? 0) + 1;
    return account.faultCounts[key];
  };
  const buckets = faults.calls.map((rule) => rule.throttle && leakyBucket(rule.throttle.perSecond));

  return {
    faults,
    onCall(call) {
      const verdict: CallVerdict = { latencyMs: 0 };
      faults.calls.forEach((rule, i) => {
        if (!speaksOf(rule, call)) return;
        const number = count(`call/${i}`);
        if (!isTurn(rule, number, `${seed}/call/${i}/${number}`)) return;
        if (buckets[i]?.takes()) return;
        if (rule.times !== undefined && count(`times/${i}`) > rule.times) return;
        verdict.latencyMs += rule.latencyMs ?? 0;
        const onlyLate = !(rule.error || rule.emptyStatus || rule.throttle || rule.reset || rule.body);
        if (!onlyLate) verdict.fault ??= rule;
      });
      return verdict;
    },
    onRun(source) {
      const verdict: RunVerdict = { slower: 1 };
      faults.jobs.forEach((rule, i) => {
        if (!hitsSource(rule, source, `${seed}/job/${i}`)) return;
        if (rule.runs !== undefined && count(`run/${i}/${source.sourceId}`) > rule.runs) return;
        verdict.slower *= rule.slower ?? 1;
        if (rule.fail) verdict.break ??= { kind: 'inError', ...rule.fail };
        if (rule.stall) {
          const { atProgress, seconds } = rule.stall;
          verdict.break ??= { kind: 'stall', atProgress, ...(seconds && { forMs: seconds * 1000 }) };
        }
      });
      return verdict;
    },
  };
}

function speaksOf(
  rule: CallFault,
  call: { operation: string; sourceIds: string[]; jobIds: string[] },
): boolean {
  const operations = Array.isArray(rule.operation) ? rule.operation : [rule.operation];
  if (!operations.includes('*') && !operations.includes(call.operation)) return false;
  if (rule.sourceId !== undefined && !call.sourceIds.includes(rule.sourceId)) return false;
  return rule.jobId === undefined || call.jobIds.includes(rule.jobId);
}

function isTurn(rule: CallFault, number: number, seed: string): boolean {
  if (rule.probability !== undefined) return seededRandom(seed)() < rule.probability;
  if (rule.nth !== undefined) return number === rule.nth;
  if (rule.every !== undefined) return number % rule.every === 0;
  if (rule.between !== undefined) return number >= rule.between[0] && number <= rule.between[1];
  return true;
}

/** A limit of calls in real time, because clients keep to a rate by their own clock. */
function leakyBucket(perSecond: number): { takes(): boolean } {
  const size = Math.max(1, perSecond);
  let tokens = size;
  let last = performance.now();
  return {
    takes() {
      const now = performance.now();
      tokens = Math.min(size, tokens + ((now - last) / 1000) * perSecond);
      last = now;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
