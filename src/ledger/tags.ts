/** The tag keys of the ledger: on a job its batch and server, on a migrated source the batch and the image. */
export const ledgerTags = {
  batch: 'smc-batch',
  server: 'smc-batch-server',
  image: 'smc-batch-image',
} as const;

/** The tags of a replication job from its creation: its batch and server. */
export const tagsOfJob = (batch: string, server: string) => [
  { key: ledgerTags.batch, value: batch },
  { key: ledgerTags.server, value: server },
];

/** The tags of a source server that was migrated: the batch, and the image or instance. */
export const tagsOfMigratedSource = (batch: string, image: string) => [
  { key: ledgerTags.batch, value: batch },
  { key: ledgerTags.image, value: image },
];
