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
} as const;

/**
 * The texts of others that a batch keeps. Ten thousand servers that fail for one reason have the same text, except for ids: only
 * different texts take room. When the room is used up, a text is cut to its beginning.
 */
export class FailureTexts {
  private used = 0;
  private readonly seen = new Set<string>();

  /** The record with its texts cut to the lengths that a batch keeps. */
  bounded(server: string, record: ServerRecord): ServerRecord {
    const ids = [record.sourceId, 'jobId' in record ? record.jobId : undefined, server];
    const kept = { ...record };
    if ('error' in kept && kept.error) kept.error = this.failure(kept.error, ids);
    if ('note' in kept && kept.note) kept.note = this.text(kept.note, textLimits.remedy, ids);
    if ('leftover' in kept && kept.leftover?.error)
      kept.leftover = { ...kept.leftover, error: this.failure(kept.leftover.error, ids) };
    return kept;
  }

  private failure(failure: SmcFailure, ids: (string | undefined)[]): SmcFailure {
    const { code, message, remedy, action, requestId } = failure;
    return {
      ...failure,
      code: cut(code, textLimits.code),
      message: this.text(message, textLimits.message, [...ids, requestId]),
      remedy: this.text(remedy, textLimits.remedy, ids),
      action: action && cut(action, textLimits.code),
      requestId: requestId && cut(requestId, textLimits.requestId),
    };
  }

  private text(text: string, limit: number, ids: readonly (string | undefined)[]): string {
    const whole = cut(text, limit);
    if (bytesOf(whole) <= textLimits.beyond) return whole;
    const pattern = ids.reduce<string>((left, id) => (id ? left.replaceAll(id, '\0') : left), whole);
    if (this.seen.has(pattern)) return whole;
    const bytes = bytesOf(pattern);
    if (this.used + bytes > textLimits.all) return cut(whole, textLimits.beyond);
    this.used += bytes;
    this.seen.add(pattern);
    return whole;
  }
}

/** The beginning of a text, at most so many bytes of UTF-8. */
export function cut(text: string, most: number): string {
  if (text.length * 3 <= most || bytesOf(text) <= most) return text;
  let room = most - 3;
  let end = '';
  for (const character of text) {
    room -= bytesOf(character);
    if (room < 0) break;
    end += character;
  }
  return `${end}…`;
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
