import { type SourceServer, smcErrorRule } from '../smc';

/** Why a source or a server cannot be migrated, with what to do about it. */
export interface Trouble {
  code: string;
  message: string;
  remedy: string;
}

/** A disk of a source. SMC tells the sizes of its partitions, not how much of them is used. */
export interface DiskFacts {
  sizeGiB?: number;
  /** All its partitions together: no more than this can be used. Absent where the source shows no partition sizes. */
  partitionsBytes?: number;
}

/** What the account shows of one source server, in the words of a plan. */
export interface SourceFacts {
  sourceId: string;
  name?: string;
  /** SMC's word, as it came. */
  state: string;
  platform?: string;
  /** What the SMC client has told of the server. */
  hostName?: string;
  addresses: string[];
  isWindows: boolean;
  systemDisk: DiskFacts;
  dataDisks: (DiskFacts & { index: number; path?: string })[];
  lastJobId?: string;
  /** Present when it is offline, in error or being deleted. */
  trouble?: Trouble;
}

/** Reads a source server as DescribeSourceServers answers it. */
export function sourceFacts(source: SourceServer): SourceFacts {
  const trouble = stateTrouble(source);
  return {
    sourceId: source.sourceId,
    name: source.name,
    state: source.state ?? 'unknown',
    platform: source.platform,
    ...hostFacts(source.systemInfo),
    isWindows: /windows/i.test(source.platform ?? ''),
    systemDisk: {
      sizeGiB: source.systemDiskSize,
      partitionsBytes: bytesOf(source.systemDiskParts),
    },
    dataDisks: source.dataDisks.flatMap(({ index, path, size, parts }) =>
      index === undefined ? [] : [{ index, path, sizeGiB: size, partitionsBytes: bytesOf(parts) }],
    ),
    lastJobId: source.jobId,
    ...(trouble && { trouble }),
  };
}

/** Why a source that is listed cannot be migrated now, in one sentence wherever it is told. */
export function sourceNotReady(source: SourceServer): Pick<Trouble, 'code' | 'message'> {
  const { sourceId, state, errorCode } = source;
  const trouble = stateTrouble(source);
  // A source that is being deleted has no code of its own; that of the refusal would say that it may come back.
  const code = trouble?.code === 'SourceServerState.Invalid' ? undefined : trouble?.code;
  return {
    code: code ?? errorCode ?? 'SourceServer.Offline',
    message: `source server ${trouble?.message ?? `${sourceId} is ${state}`}`,
  };
}

/** A trouble with the remedy that its code has for who runs a command. */
export function troubleOf(code: string, message: string, remedy = smcErrorRule(code).remedyByHand): Trouble {
  return { code, message, remedy };
}

/** Regions of mainland China: `cn-*` but Hong Kong. */
export function isMainlandRegion(regionId: string): boolean {
  return regionId.startsWith('cn-') && regionId !== 'cn-hongkong';
}

/** The rule that a Windows source and its target region must keep, as the operator reads it. */
export const mainlandRule = 'since 2025-11-30 SMC migrates Windows servers to regions of mainland China only';

const restartClient = 'Restart the SMC client on the source server, and read what it says there.';

function stateTrouble({ sourceId, state, errorCode, statusInfo }: SourceServer): Trouble | undefined {
  if (state === 'Deleting')
    return troubleOf(
      'SourceServerState.Invalid',
      `${sourceId} is being deleted from SMC`,
      'Import the source server again with the SMC client, and use its new id.',
    );
  const isDown = state === 'Unavailable' || state === 'Inactive' || state === 'InError';
  if (!isDown) return undefined;
  const info = readStatusInfo(statusInfo);
  const code = errorCode ?? info.code ?? 'SourceServer.Offline';
  const why =
    info.message ?? (code === 'SourceServer.Offline' ? 'its SMC client does not answer' : undefined);
  const known = smcErrorRule(code);
  return troubleOf(
    code,
    `${sourceId} is ${state}${why ? `: ${why}` : ''}`,
    known.code === code ? known.remedyByHand : restartClient,
  );
}

/** SMC: StatusInfo is a JSON string of error_code and error_msg; anything else is shown as it is. */
function readStatusInfo(statusInfo: string | undefined): { code?: string; message?: string } {
  if (!statusInfo) return {};
  try {
    const info = JSON.parse(statusInfo) as { error_code?: unknown; error_msg?: unknown } | null;
    if (info && typeof info === 'object' && (info.error_code || info.error_msg))
      return {
        code: info.error_code ? String(info.error_code) : undefined,
        message: [info.error_code, info.error_msg].filter(Boolean).join(' '),
      };
  } catch {
    // Not JSON: shown whole.
  }
  return { message: statusInfo };
}

/** SMC: SystemInfo is a JSON string; an address may be a text or a list of them. */
function hostFacts(systemInfo: string | undefined): Pick<SourceFacts, 'hostName' | 'addresses'> {
  let info: Record<string, unknown> | null = null;
  try {
    info = JSON.parse(systemInfo || 'null');
  } catch {
    // Not JSON: then nothing is known of the host.
  }
  const { hostname, ipv4, ipv6 } = info ?? {};
  const addresses = [ipv4, ipv6]
    .flat()
    .flatMap((one) => (typeof one === 'string' ? one.split(/[\s,;]+/) : []));
  return {
    ...(typeof hostname === 'string' && hostname !== '' && { hostName: hostname }),
    addresses: addresses.filter((one) => one !== ''),
  };
}

function bytesOf(parts: { sizeBytes?: number }[]): number | undefined {
  const sizes = parts.map(({ sizeBytes }) => sizeBytes).filter((size) => size !== undefined);
  return sizes.length > 0 ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
}
