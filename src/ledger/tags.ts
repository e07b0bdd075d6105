import type { Migration } from './ledger-entry';

/** The tag keys of the ledger: on a job its batch and server, on a migrated source the batch, the image, the job and the time. */
export const ledgerTags = {
  batch: 'smc-batch',
  server: 'smc-batch-server',
  image: 'smc-batch-image',
  job: 'smc-batch-job',
  time: 'smc-batch-time',
} as const;

/** The tags of a replication job from its creation: its batch and server. */
export const tagsOfJob = (batch: string, server: string) => [
  { key: ledgerTags.batch, value: batch },
  { key: ledgerTags.server, value: server },
];

/**
 * The tags of a source server that was migrated: the batch, and the image or instance; where they are known, the job and the
 * time from start to end, as an ISO 8601 interval.
 */
export const tagsOfMigratedSource = (
  batch: string,
  image: string,
  { jobId, startedAt, endedAt }: Migration = {},
) => [
  { key: ledgerTags.batch, value: batch },
  { key: ledgerTags.image, value: image },
  ...(jobId ? [{ key: ledgerTags.job, value: jobId }] : []),
  ...(startedAt !== undefined && endedAt !== undefined
    ? [{ key: ledgerTags.time, value: `${isoSecond(startedAt)}/${isoSecond(endedAt)}` }]
    : []),
];

const isoSecond = (at: number) => new Date(at).toISOString().replace(/\.\d+/, '');

/** Start and end of a migration, read from its tag; empty where the tag is no interval. */
export function timesOf(tag: string): Pick<Migration, 'startedAt' | 'endedAt'> {
  const [startedAt, endedAt] = tag.split('/').map((time) => Date.parse(time));
  return Number.isFinite(startedAt) && Number.isFinite(endedAt) ? { startedAt, endedAt } : {};
}
