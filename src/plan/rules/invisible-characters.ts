import { type Finding, type PlanPath, pathText } from '../problem';

/** Characters that nobody sees, or that look like a plain blank: two names that look the same are not. */
const invisible =
  /\u034f|[\ufe00-\ufe0f]|[\u00a0\u00ad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u;

export const hasInvisibleCharacter = (text: string) => invisible.test(text);

const names: Record<number, string> = {
  160: 'a no-break space',
  173: 'a soft hyphen',
  8203: 'a zero width space',
  8204: 'a zero width non-joiner',
  8205: 'a zero width joiner',
  8206: 'a left-to-right mark',
  8207: 'a right-to-left mark',
  8239: 'a narrow no-break space',
  8288: 'a word joiner',
  65279: 'a byte order mark',
};

/** Texts for people, and what the plan's CSV has: they may say what they like. */
const free = new Set(['description', 'replicationParameters', 'columns', 'rows']);

/**
 * Finds invisible characters in the ids and names of a plan: they come with a copy from a web page, a chat or a spreadsheet, and
 * then nothing is found by that name. Values of tags may have them; their keys may not.
 */
export function invisibleFindings(raw: Record<string, unknown>, entries: readonly unknown[]): Finding[] {
  const { servers: _, ...head } = raw;
  const findings: Finding[] = [];
  const look = (value: unknown, path: PlanPath, inTags = false): void => {
    if (typeof value === 'string') {
      if (!inTags) findings.push(...findingIn(value, path, 'value'));
    } else if (Array.isArray(value)) {
      value.forEach((item, i) => {
        look(item, [...path, i], inTags);
      });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (free.has(key)) continue;
        if (inTags) findings.push(...findingIn(key, [...path, key], 'field'));
        look(inner, [...path, key], inTags || key === 'tags');
      }
    }
  };
  look(head, []);
  entries.forEach((entry, i) => {
    look(entry, ['servers', i]);
  });
  return findings;
}

function findingIn(text: string, path: PlanPath, part: 'value' | 'field'): Finding[] {
  const found = invisible.exec(text);
  if (!found) return [];
  const [mark] = found;
  const code = mark.codePointAt(0)!;
  const name = names[code] ?? 'an invisible character';
  const before = [...text.slice(0, found.index)].slice(-12).join('');
  const where = before === '' ? 'at its beginning' : `after '${before}'`;
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  return [
    {
      code: 'invisible-character',
      message: `${pathText(path)} has ${name} (U+${hex}) ${where}`,
      fix:
        path.at(-1) === 'sourceName'
          ? 'delete it; where the name in SMC has it, too, write sourceId instead'
          : 'delete it: type the characters around it anew',
      path,
      part,
      mark,
    },
  ];
}
