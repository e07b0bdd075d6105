import type { ReportServer } from '../report-schema';

/** The colours of the page: phases that a reader need not tell apart at a glance share one. */
export const tones = ['migrated', 'skipped', 'failed', 'cancelled', 'underway', 'waiting'] as const;
export type Tone = (typeof tones)[number];

export const toneNames: Record<Tone, string> = {
  migrated: 'migrated',
  skipped: 'skipped (done before)',
  failed: 'failed',
  cancelled: 'cancelled',
  underway: 'under way',
  waiting: 'waiting',
};

/** The tone of a phase; a phase that has none of its own is under way. */
export const toneOf = (phase: ReportServer['phase']): Tone =>
  tones.find((tone) => tone === phase) ?? 'underway';
