import type { ReportServer } from '../report-schema';

/** The colours of the page; similar phases share one. */
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

/** The colour of a phase; a phase without a colour of its own has that of `underway`. */
export const toneOf = (phase: ReportServer['phase']): Tone =>
  tones.find((tone) => tone === phase) ?? 'underway';
