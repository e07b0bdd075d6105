/** HTTP for all that calls out of this process: proxies of the environment, one time limit, a bounded answer. */
export { createHttpClient, type HttpAnswer, type HttpRequest } from './client';
export { HttpFailure } from './failure';
export { isExcepted, isLoopback } from './no-proxy';
export { proxyFor } from './proxy-environment';
export { userAgent } from './user-agent';
