/** The ledger: tags in the account that tell which source server has been migrated, and whose a replication job is. */
export {
  chunksOf50,
  type JobOwner,
  jobOwners,
  type LedgerEntry,
  migratedBy,
  migratedByOneOf,
  type OwnedJob,
  ownedJobs,
  readLedger,
} from './read-ledger';
export { ledgerTags, tagsOfJob, tagsOfMigratedSource } from './tags';
