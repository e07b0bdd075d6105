// What a secret looks like in a text that nobody expects one in: a URL, a form, a header, a key.

/** In place of a secret. */
export const removed = '(removed)';

/** `LTAI5t…Xy9Z`: enough to tell two keys apart. */
const masked = (id: string) => `${id.slice(0, 4)}…${id.slice(-4)}`;

/** These end like a secret's name, and are none: they only make calls safe to repeat, or turn pages. */
const harmless = /^(client|next|task|page|continuation)token$/;
const secretEnd =
  /(secret|secretkey|token|password|passwd|passphrase|pwd|apikey|accesskey|privatekey|keydata|authorization|cookie|credential|credentials|signature|webhookurl)$/;

/** Whether what has this name is a secret: `accessKeySecret`, `SMC_WEBHOOK_URL`, `x-acs-security-token`. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z]/g, '');
  return secretEnd.test(plain) && !harmless.test(plain);
}

const equals = '(?:=|%3D|%253D)';
const valueInQuery = '(?:(?!%26|%2526)[^\\s&"\'<>,;)}\\]])+';
const wholeName =
  'password|passwd|passphrase|pwd|secret|token|access[_-]?token|security[_-]?token|api[_-]?key|access[_-]?key[_-]?secret|client[_-]?secret|private[_-]?key|(?:proxy-)?authorization|(?:set-)?cookie|x-acs-security-token|signature';

const shapes: [RegExp, (...found: string[]) => string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, () => removed],
  // A password may hold any character, also an @: all to the last one.
  [/\b([a-z][a-z\d+.-]*:\/\/)[^\s"'<>]*@/gi, (_, scheme) => `${scheme}…@`],
  [/(?<![\w./@])[\w.%+-]+:[^\s"'<>/@]+@(?=[\w.-]+)/g, () => '…@'],
  [/\b(bearer|basic)(\s+|%20|\+)[\w+/=.~-]{8,}/gi, (_, kind, space) => `${kind}${space}${removed}`],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, () => removed],
  // A name and its value in JSON, a header or YAML.
  [
    new RegExp(`(?<![\\w.-])(${wholeName})(\\\\*["']?\\s*:\\s*)(\\\\*["'][^"'\\\\]*|[^\\s"',;(}\\]]+)`, 'gi'),
    (_, name, colon) => `${name}${colon}${removed}`,
  ],
  // In a query or a form, also one that is encoded inside another.
  [
    new RegExp(`([\\w.-]+)(${equals}["']?)(${valueInQuery})`, 'gi'),
    (whole, name, sign) => (isSecretName(nameInQuery(name)) ? `${name}${sign}${removed}` : whole),
  ],
  [/([?&](?:key|sign|sig|auth)=)[^\s&"'<>]+/gi, (_, name) => `${name}${removed}`],
  // The secret of a webhook may be a part of its path: Slack, Feishu.
  [/(\/(?:services|hooks?|webhooks?|bot|robot)\/)[\w\-/.]{8,}/gi, (_, path) => `${path}${removed}`],
  [/\bCAI[A-Z0-9][\w+/=%-]{40,}/g, () => removed],
  [/\b(?:LTAI|STS\.|TMP\.)[\w.]{8,}/g, (id) => masked(id)],
];

/** `%26SecurityToken`: an encoded `&` stands before the name. */
const nameInQuery = (name: string) => name.replace(/^(?:25)?26/, '');

/** The text without what looks like a secret. */
export const withoutShapes = (text: string): string =>
  shapes.reduce((rest, [shape, replace]) => rest.replace(shape, replace), text);
