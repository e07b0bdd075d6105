/** The SMC API: signature, transport, a typed method for each operation, errors and their meaning. */
export * from './answers';
export { createSmcClient, type Operation, operations, type SmcClient } from './client';
export { firstSource } from './credential-sources';
export { defaultCredentials } from './credentials';
export {
  isAboutIdentity,
  SmcError,
  type SmcErrorClass,
  smcErrorClasses,
  smcErrorRule,
  smcErrorRules,
} from './errors';
export {
  type JobSettings,
  jobSettingsSchema,
  jobTagSchema,
  settingsProblems,
  targetTypes,
  timeProblems,
} from './job-settings';
export {
  fewestLooksWithoutJob,
  lateReadMs,
  lateReadPatience,
  looksForEffect,
  mayOccupantBeGone,
  mayRefusalBeExplained,
  settledMs,
} from './read-lag';
export * from './requests';
export { seeTheJob } from './see-the-job';
export { type SignatureKind, signatureKind, signatureNames, signCall } from './sign-call';
export { canonicalQuery, percentEncode, signature, stringToSign, type WireParams } from './signature';
export { acs3, canonicalRequest, sha256, signatureV3, stringToSignV3 } from './signature-v3';
export {
  apiVersion,
  createTransport,
  defaultEndpoint,
  simulatorHeader,
  type Transport,
  type TransportOptions,
} from './transport';
export { fromWire, toWireParams, wireName } from './wire';
