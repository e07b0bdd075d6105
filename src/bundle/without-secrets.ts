import { formsOf } from './known-secrets';
import { isSecretName, removed, withoutShapes } from './secret-shapes';

/** Takes secrets out of what goes into the archive. */
export interface SecretRemover {
  text(text: string): string;
  /** Plain data: a value whose name is that of a secret goes, whatever it is. */
  data(value: unknown): unknown;
}

/** What `doctor` says instead of a secret. */
const saysNothing = ['', 'not set', 'set, not shown'];

/** Takes out these secrets, wherever they stand, and whatever looks like one. */
export function secretRemover(secrets: readonly string[]): SecretRemover {
  const forms = formsOf(secrets);
  const text = (given: string) =>
    withoutShapes(forms.reduce((rest, form) => rest.replaceAll(form, removed), given));

  function data(value: unknown, name = ''): unknown {
    if (value === null || value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'string' && saysNothing.includes(value)) return value;
    if (isSecretName(name)) return removed;
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map((item) => data(item, name));
    const entries = Object.entries(value);
    // A tag, or a setting: its name is a value, too.
    const called = entries.find(([key]) => /^(key|name|tagkey)$/i.test(key))?.[1];
    return Object.fromEntries(
      entries.map(([key, item]) => {
        const isNamed = /^(tag)?value$/i.test(key) && typeof called === 'string';
        return [text(key), data(item, isNamed ? called : key)];
      }),
    );
  }
  return { text, data: (value) => data(value) };
}
