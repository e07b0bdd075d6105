/** Text that is HTML already. Only this file makes it, so nothing else can get into a page unescaped. */
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

/** Our own style sheet, script or drawing; never a text from outside. */
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

function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (char) => entities[char]!)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those that HTML does not allow.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
  );
}
