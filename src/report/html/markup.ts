/** Text that is HTML. Only this file makes it, so that no other text gets into a page unescaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Value = string | number | undefined | false | Markup | Markup[];

/**
 * Makes HTML with every value escaped, for text and for attributes in double quotes.
 *
 * @example html`<td title="${server.note}">${server.server}</td>`
 */
export function html(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(strings.reduce((page, string, i) => `${page}${rendered(values[i - 1])}${string}`));
}

/** Markup from our own style sheet, script or drawing; never from a text of others. */
export const trusted = (text: string) => new Markup(text);

function rendered(value: Value): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(({ text }) => text).join('');
  return escaped(String(value));
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that HTML does not allow, and those that reverse the direction of text. */
const unfit = /(?![\t\n\r])[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (char) => entities[char]!).replace(unfit, '\ufffd');
