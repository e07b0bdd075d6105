/** Tag keys of the ledger: on jobs the batch and the server, on a migrated source the batch and its image. */
export const ledgerTags = {
  batch: 'smc-batch',
  server: 'smc-batch-server',
  image: 'smc-batch-image',
} as const;

/** What a replication job is tagged with from its creation: whose it is. */
export const tagsOfJob = (batch: string, server: string) => [
  { key: ledgerTags.batch, value: batch },
  { key: ledgerTags.server, value: server },
];

/** What a source server is tagged with once it has been migrated: by which batch, and to which image or instance. */
export const tagsOfMigratedSource = (batch: string, image: string) => [
  { key: ledgerTags.batch, value: batch },
  { key: ledgerTags.image, value: image },
];
