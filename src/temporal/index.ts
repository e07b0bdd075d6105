/** The way to Temporal: settings, connections, the worker, the local server. */

export { packageRoot } from '../package-root';
export { connectClient } from './connect';
export { claimData } from './data-claim';
export { type DevServer, type DevServerOptions, freePort, startDevServer, uiUrlKey } from './dev-server';
export { grpcStatus } from './grpc';
export { howItEnded, type OwnProcess, startOwnProcess } from './own-process';
export { compressingCodec, dataConverter } from './payload-codec';
export { proxyTo } from './proxy';
export { temporalQueueLimit } from './queue-limit';
export {
  addSearchAttributes,
  ensureSearchAttributes,
  findSearchAttributes,
  replaceSearchAttributes,
  searchAttributeNames,
  withSearchAttributes,
} from './search-attributes';
export {
  type LogSettings,
  logSettings,
  type MetricsAddress,
  metricsAddress,
  type TemporalSettings,
  taskQueue,
  temporalSettings,
  type WorkerSettings,
  withTrustedRoots,
  workerSettings,
} from './settings';
export { findTemporalCli, temporalCli } from './temporal-cli';
export { TemporalUnavailable } from './unavailable';
