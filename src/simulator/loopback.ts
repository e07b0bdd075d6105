import { isIPv6 } from 'node:net';

/** The address that the simulator listens on unless it is told another. */
export const loopback = '127.0.0.1';

/** Whether only this machine reaches the address. */
export const isLoopback = (host: string) => /^(127\.\d+\.\d+\.\d+|::1|localhost)$/i.test(host);

/** The host of a URL by which this machine reaches what listens on the address. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return loopback;
  return isIPv6(host) ? `[${host}]` : host;
}
