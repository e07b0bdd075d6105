import { hasInvisibleCharacter } from '../plan';
import { plainLine, quotedText } from '../text';
import type { InventorySource } from './read-inventory';
import { type DiskFacts, isMainlandRegion, mainlandRule } from './source-facts';

export interface SkeletonOptions {
  /** The batch's name. */
  name: string;
  regionId: string;
}

/**
 * A plan (YAML) that migrates every source that can be migrated, with the sizes of their disks; the others stand in
 * it as comments with the reason. Gives the number of servers too: a plan of none is not valid.
 */
export function planSkeleton(
  sources: readonly InventorySource[],
  { name, regionId }: SkeletonOptions,
): { text: string; servers: number } {
  const names = uniqueNames(sources);
  const why = new Map(sources.map((source) => [source, reasonAgainst(source, regionId)]));
  const entries = sources.map((source) => {
    const reason = why.get(source);
    const entry = serverEntry(source, names.get(source));
    return reason ? `  # ${plainLine(reason)}\n  # ${entry}` : `  ${entry}`;
  });
  const servers = sources.filter((source) => !why.get(source)).length;
  return {
    text: `${head(name, regionId, servers, sources.length - servers)}${entries.join('\n')}\n`,
    servers,
  };
}

function head(name: string, regionId: string, servers: number, others: number): string {
  // Quoted as JSON, which YAML reads the same: a name like 007 stays a text.
  return `# ${servers} source servers of the account; ${others} more, which cannot be migrated now, are below as comments.
# Next: smc-batch validate, then smc-batch preview.
version: 1
name: ${quotedText(name)} # the batch; also its id in Temporal

# The account's limits: jobs that may exist, and jobs that may run at once.
account: { quota: { jobs: 100, running: 50 } }

# Settings of every job, as CreateReplicationJob has them; a wave or a server can say otherwise.
defaults:
  regionId: ${quotedText(regionId)}
  targetType: Image
  # netMode: 2 # over a VPC: Express Connect or a VPN gateway
  # vSwitchId: vsw-bp1… # without it SMC makes a VPC for each running job, and a region has 10

policy:
  maxConcurrent: 10 # servers of this batch that run at once

# A server without \`wave\` is in the first wave. With these waves, write \`wave: rest\` on every server but the canaries.
# waves:
#   - { name: canary, failureThreshold: 0 }
#   - { name: rest, after: approval, failureThreshold: 10% }

# Disk sizes are the source's own, in GiB; smaller ones will do where they exceed what is used.
servers:
`;
}

function serverEntry(source: InventorySource, name: string | undefined): string {
  const { sourceId, platform } = source;
  const { systemDiskSize, dataDisks = [] } = diskSettings(source);
  const fields = [`sourceId: ${quotedText(sourceId)}`];
  if (name !== undefined) fields.push(`name: ${quotedText(name)}`);
  if (systemDiskSize !== undefined) fields.push(`systemDiskSize: ${systemDiskSize}`);
  const sizes = dataDisks.map(({ index, size }) => `{ index: ${index}, size: ${size} }`);
  if (sizes.length > 0) fields.push(`dataDisks: [${sizes.join(', ')}]`);
  const note = plainLine([platform, ...diskNotes(source)].filter(Boolean).join('; '));
  return `- { ${fields.join(', ')} }${note ? ` # ${note}` : ''}`;
}

/** The disk sizes of a job that gives each disk the size that it has on the source, within what SMC takes. */
export function diskSettings({ systemDisk, dataDisks }: Pick<InventorySource, 'systemDisk' | 'dataDisks'>): {
  systemDiskSize?: number;
  dataDisks?: { index: number; size: number }[];
} {
  const usable = dataDisks.filter(({ index, sizeGiB }) => index >= 1 && index <= 16 && sizeGiB !== undefined);
  return {
    ...(systemDisk.sizeGiB !== undefined && { systemDiskSize: within(systemDisk.sizeGiB, 20, 2048) }),
    ...(usable.length > 0 && {
      dataDisks: usable.map(({ index, sizeGiB }) => ({ index, size: within(sizeGiB!, 20, 32_768) })),
    }),
  };
}

/** What is to be known of disks that are not as SMC takes them. */
export const diskNotes = ({ systemDisk, dataDisks }: Pick<InventorySource, 'systemDisk' | 'dataDisks'>) =>
  [systemDisk, ...dataDisks].flatMap((disk, i) => sizeNote(disk, i === 0 ? 2048 : 32_768));

// SMC: a system disk has 20 to 2048 GiB, a data disk 20 to 32768.
const within = (size: number, least: number, most: number) =>
  Math.min(most, Math.max(least, Math.ceil(size)));

function sizeNote({ sizeGiB }: DiskFacts, most: number): string[] {
  if (sizeGiB === undefined) return ['a disk of unknown size'];
  return sizeGiB > most ? [`the source's disk has ${sizeGiB} GiB, a target at most ${most}`] : [];
}

function reasonAgainst(source: InventorySource, regionId: string): string | undefined {
  const { migrated, trouble, state, isWindows, lastJobId } = source;
  if (migrated) {
    const batch = migrated.batch ? ` by batch ${migrated.batch}` : '';
    return `migrated already${batch}${migrated.image ? `: ${migrated.image}` : ''}`;
  }
  if (trouble) return `${trouble.message}. ${trouble.remedy}`;
  if (state === 'InUse') return `in use by a replication job${lastJobId ? `: ${lastJobId}` : ''}`;
  if (isWindows && !isMainlandRegion(regionId)) return `${regionId}: ${mainlandRule}`;
  return undefined;
}

/** The source's name where it can be the server's, with its id where two sources share it. */
function uniqueNames(sources: readonly InventorySource[]): Map<InventorySource, string> {
  const taken = new Set(sources.map(({ sourceId }) => sourceId));
  const names = new Map<InventorySource, string>();
  for (const source of sources) {
    const { name, sourceId } = source;
    if (!name || !canBeServerName(name)) continue;
    const unique = taken.has(name) ? `${name.slice(0, 120 - sourceId.length)}-${sourceId}` : name;
    if (taken.has(unique)) continue;
    taken.add(unique);
    names.set(source, unique);
  }
  return names;
}

/** A plan's server has 1 to 128 characters, all of them seen, and no address in it; and a plan replaces variables. */
export const canBeServerName = (name: string): boolean =>
  name.length <= 128 && !/[\p{Cc}\p{Cs}]|https?:\/\/|\$\{env:/u.test(name) && !hasInvisibleCharacter(name);
