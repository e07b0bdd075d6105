import { bytesOf, cutText } from '../../../src/text';
import type { JobEvidence } from '../../contract/ends/job-evidence';
import type { SmcFailure } from '../../contract/failure';
import type { ServerRecord } from './server-record';

/** The most bytes of texts that a batch keeps, in UTF-8. The full text is in the history of the server's workflow. */
export const textLimits = {
  /** The most bytes of a message. */
  message: 1_000,
  /** The most bytes of a remedy or a note. */
  remedy: 500,
  code: 128,
  requestId: 64,
  /** The most bytes of all different texts of a batch together. */
  all: 256_000,
  /** The most bytes of each further text. */
  beyond: 40,
  /** What the API said of a job beside its texts is kept for so many servers. */
  evidence: 300,
} as const;

/**
 * The texts of others that a batch keeps. Ten thousand servers that fail for one reason have the same text, except for ids: only
 * different texts take room. When the room is used up, a text is cut to its beginning.
 */
export class FailureTexts {
  private used = 0;
  private readonly seen = new Set<string>();
  private readonly jobs = new Set<string>();

  /** The record with its texts cut to the lengths that a batch keeps. */
  bounded(server: string, record: ServerRecord): ServerRecord {
    const ids = [record.sourceId, 'jobId' in record ? record.jobId : undefined, server];
    const kept = { ...record };
    if ('error' in kept && kept.error) kept.error = this.failure(kept.error, ids);
    if ('evidence' in kept && kept.evidence) kept.evidence = this.evidence(kept.evidence, ids);
    if ('note' in kept && kept.note) kept.note = this.text(kept.note, textLimits.remedy, ids);
    if ('leftover' in kept && kept.leftover?.error)
      kept.leftover = { ...kept.leftover, error: this.failure(kept.leftover.error, ids) };
    return kept;
  }

  private failure(failure: SmcFailure, ids: (string | undefined)[]): SmcFailure {
    const { code, message, remedy, action, requestId } = failure;
    return {
      ...failure,
      code: cutText(code, textLimits.code),
      message: this.text(message, textLimits.message, [...ids, requestId]),
      remedy: this.text(remedy, textLimits.remedy, ids),
      action: action && cutText(action, textLimits.code),
      requestId: requestId && cutText(requestId, textLimits.requestId),
    };
  }

  /** The evidence of those that do not fit stays with the workflow of their server. */
  private evidence(evidence: JobEvidence, ids: (string | undefined)[]): JobEvidence | undefined {
    const { jobId, job, source } = evidence;
    if (!this.jobs.has(jobId) && this.jobs.size >= textLimits.evidence) return undefined;
    this.jobs.add(jobId);
    const bounded = <T extends { statusInfo?: string }>(about: T): T =>
      about.statusInfo
        ? { ...about, statusInfo: this.text(about.statusInfo, textLimits.message, ids) }
        : about;
    return { ...evidence, job: job && bounded(job), source: source && bounded(source) };
  }

  private text(text: string, limit: number, ids: readonly (string | undefined)[]): string {
    const whole = cutText(text, limit);
    if (bytesOf(whole) <= textLimits.beyond) return whole;
    const pattern = ids.reduce<string>((left, id) => (id ? left.replaceAll(id, '\0') : left), whole);
    if (this.seen.has(pattern)) return whole;
    const bytes = bytesOf(pattern);
    if (this.used + bytes > textLimits.all) return cutText(whole, textLimits.beyond);
    this.used += bytes;
    this.seen.add(pattern);
    return whole;
  }
}
