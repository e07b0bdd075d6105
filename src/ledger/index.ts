/**
 * The ledger: tags in the account that tell which source server has been migrated, and whose a replication job is; and
 * what follows from them: the judge of a source, and whether a job may be removed.
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
export type { JobOwner, LedgerEntry } from './ledger-entry';
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
