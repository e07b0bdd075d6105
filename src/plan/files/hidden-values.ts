import type { Finding } from '../problem';

/** Shorter values stand by chance in any text, and no secret is so short. */
const leastHidden = 3;

/** The finding with `${env:NAME}` again where it quotes what the environment gave. */
export function withoutValues(finding: Finding, used: ReadonlyMap<string, string>): Finding {
  // Longest first: one value may be a part of another.
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
