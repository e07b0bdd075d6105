import type { Due } from './agenda';
import { utcTime } from './clock';
import { seededId, seededRandom } from './random';

const giB = 2 ** 30;

/** A tag of a job or a source. */
export interface Tag {
  key: string;
  value: string;
}

/** A source server: what SMC shows of it, and the used bytes of each disk, which SMC does not show. */
export interface SimulatedSource {
  sourceId: string;
  name: string;
  description: string;
  os: 'linux' | 'windows';
  platform: string;
  createdAt: number;
  cores: number;
  memoryMiB: number;
  /** Where it is not its name. */
  hostName?: string;
  ipv4: string;
  systemDisk: SimulatedDisk;
  dataDisks: (SimulatedDisk & { index: number })[];
  offline: boolean;
  /** Why the source is in error, as in StatusInfo. */
  error?: { error_code: string; error_msg: string };
  deleting: boolean;
  /** Its live job: at most one. */
  liveJobId?: string;
  lastJobId?: string;
  tags: Tag[];
  /** Belongs to another tool's jobs. */
  foreign?: true;
  due: Due;
}

/** A disk: its size in GiB, its used space in bytes. */
interface SimulatedDisk {
  sizeGiB: number;
  usedBytes: number;
}

/** The options of a source server; each has a default. */
export interface SourceOptions {
  sourceId?: string;
  name?: string;
  /** What the SMC client tells of the server; default: its name. */
  hostName?: string;
  /** Its address; default: one of its own in 10.0.0.0/8. */
  ipv4?: string;
  os?: 'linux' | 'windows';
  /** GiB; default 40. */
  systemDiskGiB?: number;
  /** GiB used of the system disk; default 10. */
  usedGiB?: number;
  dataDisks?: { sizeGiB: number; usedGiB: number }[];
  tags?: Record<string, string>;
}

/** A source with these options; the number makes its id and name unique. */
export function makeSource(
  options: SourceOptions,
  context: { seed: string | number; number: number; now: number },
): SimulatedSource {
  const { seed, number, now } = context;
  const random = seededRandom(`${seed}/source/${number}`);
  const os = options.os ?? 'linux';
  return {
    sourceId: options.sourceId ?? seededId('s', seed, number),
    name: options.name ?? `server-${String(number).padStart(4, '0')}`,
    description: '',
    os,
    platform: os === 'windows' ? 'Windows Server 2019' : pick(random, ['CentOS', 'Ubuntu', 'Debian', 'SUSE']),
    createdAt: now,
    cores: pick(random, [2, 4, 8, 16]),
    memoryMiB: pick(random, [4096, 8192, 16_384, 32_768]),
    ...(options.hostName !== undefined && { hostName: options.hostName }),
    ipv4: options.ipv4 ?? `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    systemDisk: { sizeGiB: options.systemDiskGiB ?? 40, usedBytes: (options.usedGiB ?? 10) * giB },
    dataDisks: (options.dataDisks ?? []).map((disk, i) => ({
      index: i + 1,
      sizeGiB: disk.sizeGiB,
      usedBytes: disk.usedGiB * giB,
    })),
    offline: false,
    deleting: false,
    tags: Object.entries(options.tags ?? {}).map(([key, value]) => ({ key, value })),
    due: {},
  };
}

/** Servers like those of a data centre: many small ones, some with large data disks, one in five on Windows. */
export function variedSources(count: number, seed: string | number): SourceOptions[] {
  const random = seededRandom(`${seed}/servers`);
  const width = String(count).length;
  return Array.from({ length: count }, (_, i) => {
    const role = pick(random, ['web', 'web', 'app', 'app', 'db', 'file', 'build']);
    const disks = role === 'db' || role === 'file' ? 1 + Math.floor(random() * 3) : random() < 0.15 ? 1 : 0;
    return {
      name: `${role}-${String(i + 1).padStart(width, '0')}`,
      os: random() < 0.2 ? 'windows' : 'linux',
      systemDiskGiB: pick(random, [40, 60, 80, 100]),
      usedGiB: Math.round(4 + 32 * random() ** 2),
      dataDisks: Array.from({ length: disks }, () => {
        const sizeGiB = pick(random, [50, 100, 200, 500]);
        return { sizeGiB, usedGiB: Math.round(sizeGiB * (0.1 + 0.6 * random())) };
      }),
    };
  });
}

/** The state of a source as SMC shows it. */
export function sourceState(source: SimulatedSource): 'Available' | 'InUse' | 'Unavailable' | 'Deleting' {
  if (source.deleting) return 'Deleting';
  if (source.offline || source.error) return 'Unavailable';
  return source.liveJobId === undefined ? 'Available' : 'InUse';
}

/** The source in an answer of DescribeSourceServers. */
export function sourceAnswer(source: SimulatedSource, newerFields: boolean): Record<string, unknown> {
  const linux = source.os === 'linux';
  const part = (path: string, device: string, disk: SimulatedDisk) => ({
    Path: path,
    Device: device,
    CanBlock: true,
    Need: true,
    SizeBytes: disk.sizeGiB * giB,
  });
  return {
    SourceId: source.sourceId,
    Name: source.name,
    Description: source.description,
    State: sourceState(source),
    ErrorCode: source.offline ? 'SourceServer.Offline' : undefined,
    StatusInfo: source.error ? JSON.stringify(source.error) : undefined,
    Platform: source.platform,
    Architecture: 'x86_64',
    AgentVersion: '1.5.1.10',
    KernelLevel: linux ? 2 : 0,
    ReplicationDriver: 'SMT',
    HeartbeatRate: 30,
    JobId: source.lastJobId,
    CreationTime: utcTime(source.createdAt),
    SystemInfo: JSON.stringify({
      agent_mode: 'normal',
      hostname: source.hostName ?? source.name,
      ipv4: source.ipv4,
      ipv6: '',
      cores: source.cores,
      cpu_usage: 12.5,
      memory: source.memoryMiB,
      memory_usage: 41.3,
    }),
    SystemDiskSize: source.systemDisk.sizeGiB,
    SystemDiskParts: { SystemDiskPart: [part(linux ? '/' : 'C:', '0_0', source.systemDisk)] },
    DataDisks: {
      DataDisk: source.dataDisks.map((disk) => {
        const path = linux ? `/mnt/disk${disk.index}` : `${String.fromCharCode(67 + disk.index)}:`;
        return {
          Index: disk.index,
          Path: path,
          Size: disk.sizeGiB,
          Parts: { Part: [part(path, `${disk.index}_0`, disk)] },
        };
      }),
    },
    Tags: newerFields
      ? { Tag: source.tags.map(({ key, value }) => ({ Key: key, Value: value })) }
      : undefined,
  };
}

function pick<T>(random: () => number, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)]!;
}
