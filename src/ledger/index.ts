/** The ledger: tags in the account that tell which source server has been migrated, and whose a replication job is. */
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
export {
  chunksOf50,
  jobOwners,
  judgedJob,
  migratedBy,
  migratedByOneOf,
  type OwnedJob,
  ownedJobs,
  readLedger,
} from './read-ledger';
export { ledgerTags, tagsOfJob, tagsOfMigratedSource } from './tags';
