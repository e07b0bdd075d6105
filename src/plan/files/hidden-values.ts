import type { Finding } from '../problem';

/** A shorter value may be in any text by chance, and no secret is so short. */
const leastHidden = 3;

/** The finding with `${env:NAME}` in place of the values that the environment gave. */
export function withoutValues(finding: Finding, used: ReadonlyMap<string, string>): Finding {
  // The longest first, because one value may be a part of another.
  const values = [...used]
    .filter(([, value]) => value.length >= leastHidden)
    .sort(([, a], [, b]) => b.length - a.length);
  if (values.length === 0) return finding;
  const hidden = (text: string) =>
    values.reduce((said, [name, value]) => said.replaceAll(value, () => `\${env:${name}}`), text);
  return {
    ...finding,
    message: hidden(finding.message),
    ...(finding.fix === undefined ? {} : { fix: hidden(finding.fix) }),
  };
}
