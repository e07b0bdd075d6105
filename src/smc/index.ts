/** The SMC API: signature, transport, one typed method an operation, errors and what they mean. */
export * from './answers';
export { createSmcClient, type Operation, operations, type SmcClient } from './client';
export { type CredentialsProvider, defaultCredentials, type SmcCredentials } from './credentials';
export {
  describeSmcError,
  SmcError,
  type SmcErrorClass,
  type SmcErrorFacts,
  smcErrorRule,
  smcErrorRules,
} from './errors';
export * from './requests';
export { canonicalQuery, percentEncode, signature, stringToSign, type WireParams } from './signature';
export {
  apiVersion,
  createTransport,
  defaultEndpoint,
  type Transport,
  type TransportOptions,
} from './transport';
export { fromWire, toWireParams, wireName } from './wire';
