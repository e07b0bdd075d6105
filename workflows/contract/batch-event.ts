/** An event of a batch that operators are told without asking. */
export interface BatchEvent {
  batch: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** `server`: servers have ended, where the plan asks for an event of each; `trial`: of `smc-batch doctor --webhook`. */
  kind: 'wave' | 'gate' | 'failure' | 'server' | 'expiry' | 'stopped' | 'account' | 'end' | 'trial';
  what: string;
  /** Of the kind `server`: the servers that have ended. */
  servers?: ServerEvent[];
}

/** The end of one server. */
export interface ServerEvent {
  server: string;
  outcome: 'migrated' | 'failed' | 'skipped' | 'cancelled';
  imageId?: string;
  /** The code of its failure. */
  error?: string;
}
