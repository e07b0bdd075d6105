import type { WireParams } from '../../smc';
import { flag, indices, integer, text } from './parameters';

/** Newer parameters that SMC keeps and gives back. The simulator has no rules for them. */
const keptNames = ['JobType', 'LicenseType', 'LaunchTemplateId', 'LaunchTemplateVersion', 'ResourceGroupId'];
const disksPrefix = 'Disks.';

/** The newer parameters of a request, under their wire names; undefined when it has none. */
export function keptParameters(params: WireParams): Record<string, string> | undefined {
  const kept = Object.entries(params).filter(
    ([name, value]) => value && (keptNames.includes(name) || name.startsWith(disksPrefix)),
  );
  // This reads the disks and refuses values that break a rule.
  disksAnswer(params);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** The newer parameters after a change. A new layout of the disks replaces the whole old one. */
export function changedKept(before: Record<string, string>, changed: Record<string, string> = {}) {
  const isDisks = (name: string) => name.startsWith(disksPrefix);
  const rest = Object.keys(changed).some(isDisks)
    ? Object.fromEntries(Object.entries(before).filter(([name]) => !isDisks(name)))
    : before;
  return { ...rest, ...changed };
}

/** The newer parameters in an answer of DescribeReplicationJobs. */
export function keptAnswer(kept: Record<string, string>): Record<string, unknown> {
  const plain = Object.entries(kept).filter(([name]) => !name.startsWith(disksPrefix));
  return { ...Object.fromEntries(plain), Disks: disksAnswer(kept) };
}

function disksAnswer(params: WireParams): object | undefined {
  if (!Object.keys(params).some((name) => name.startsWith(disksPrefix))) return undefined;
  return {
    System: diskAnswer(params, 'Disks.System'),
    Data: { Data: indices(params, 'Disks.Data').map((i) => diskAnswer(params, `Disks.Data.${i}`)) },
  };
}

function diskAnswer(params: WireParams, prefix: string): object {
  return {
    DiskId: text(params, `${prefix}.DiskId`),
    Size: integer(params, `${prefix}.Size`, { min: 20, max: 32_768 }),
    LVM: flag(params, `${prefix}.LVM`),
    Parts: {
      Part: indices(params, `${prefix}.Part`).map((i) => ({
        Path: text(params, `${prefix}.Part.${i}.Path`),
        SizeBytes: integer(params, `${prefix}.Part.${i}.SizeBytes`, { min: 1, max: 32_768 * 2 ** 30 }),
        Block: flag(params, `${prefix}.Part.${i}.Block`),
      })),
    },
  };
}
