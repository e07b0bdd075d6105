import { packageVersion } from '../package-root';

/** How every request over HTTP names this program; a log of the other side shows which version has called. */
export const userAgent = (): string => `smc-batch/${packageVersion()}`;
