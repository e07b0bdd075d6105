import { isIP } from 'node:net';

/** Addresses in a cell: exports write several with blanks, commas or bars between them. */
export const addressesIn = (cell: string): string[] => cell.split(/[\s,;|]+/).filter((one) => one !== '');

/** An address as it is compared; undefined for what is none, and for those that every server has: loopback, link-local. */
export function plainAddress(text: string): string | undefined {
  // With the length of its network, or the name of its interface.
  const address = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/[/%].*$/, '')
    .toLowerCase();
  const kind = isIP(address);
  if (kind === 4) return /^(127\.|169\.254\.|0\.)/.test(address) ? undefined : address;
  if (kind !== 6) return undefined;
  const short = new URL(`http://[${address}]`).hostname;
  return /^\[(::1?\]|fe[89ab])/.test(short) ? undefined : short;
}
