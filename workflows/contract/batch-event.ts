/** An event of a batch that operators are told without asking. */
export interface BatchEvent {
  batch: string;
  /** Milliseconds since the epoch. */
  at: number;
  kind: 'wave' | 'gate' | 'failure' | 'expiry' | 'stopped' | 'account' | 'end';
  what: string;
}
