import type { SimulatedAccount } from '../account/account';
import { hitsSource } from './fault-engine';
import type { ResolvedFaults } from './faults';

/** Removes the effects of earlier source faults, and plans those of these rules. */
export function faultSources(account: SimulatedAccount, rules: ResolvedFaults['sources']): void {
  const { epoch, offlineWindows, options } = account;
  for (const sourceId of offlineWindows.keys()) {
    const source = account.sources.get(sourceId);
    if (!source) continue;
    source.offline = false;
    source.error = undefined;
    for (const kind of ['offline', 'online'] as const) account.schedule(source, kind, undefined);
  }
  offlineWindows.clear();
  for (const [i, rule] of rules.entries()) {
    const spans = rule.offline === true ? [{ fromSeconds: 0, toSeconds: undefined }] : (rule.offline ?? []);
    const windows = spans.map(({ fromSeconds, toSeconds }) => ({
      from: epoch + fromSeconds * 1000,
      ...(toSeconds !== undefined && { to: epoch + toSeconds * 1000 }),
    }));
    for (const source of account.sources.values()) {
      if (!hitsSource(rule, source, `${options.seed}/source/${i}`)) continue;
      if (rule.error) source.error = rule.error;
      offlineWindows.set(source.sourceId, windows);
      account.schedule(source, 'offline', windows[0]?.from);
    }
  }
}
