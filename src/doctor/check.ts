/** One thing a migration needs, and how it is on this machine. */
export interface Check {
  /** Stable; scripts may rely on it. */
  id: string;
  title: string;
  status: 'ok' | 'warning' | 'problem';
  detail: string;
  /** What to do, unless it is ok. */
  remedy?: string;
}
