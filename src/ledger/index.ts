/**
 * The ledger: the tags in the account that tell which source server has been migrated, and which batch and server a
 * replication job belongs to. Two decisions follow from it: the judgement of a source, and what happens to a job.
 */
export {
  type EarlierMigration,
  type JudgedJob,
  judgeSource,
  migratedNote,
  type SourceEvidence,
  type SourceTrouble,
  type SourceVerdict,
} from './judge-source';
export type { JobOwner, LedgerEntry, Migration } from './ledger-entry';
export { type JobToRemove, type KeptWhy, type NextStep, nextStep } from './next-step';
export {
  chunksOf50,
  jobOwners,
  judgedJob,
  type OwnedJob,
  ownedJobs,
  readLedger,
} from './read-ledger';
export { ledgerTags, tagsOfJob, tagsOfMigratedSource } from './tags';
