/**
 * The number of events from which on a new run of the batch takes over at a quiet moment, and the number at which it does so at any
 * moment. Far below Temporal's own suggestion: a short history is replayed quickly when a worker has died.
 */
export const historyLimit = { quiet: 1_000, any: 1_500 };
