/**
 * The API of Server Migration Center, version 2019-06-01: a typed method for each operation.
 *
 * @packageDocumentation
 */
import {
  createSmcClient as clientOver,
  createTransport,
  defaultCredentials,
  type SignatureKind,
  type SmcClient,
} from '../smc';
import type { CredentialsProvider } from '../smc/credentials';

export {
  type CreateReplicationJobRequest,
  type CutOverReplicationJobRequest,
  type DeleteSourceServerRequest,
  type DescribeReplicationJobsAnswer,
  type DescribeReplicationJobsRequest,
  type DescribeSourceServersAnswer,
  type DescribeSourceServersRequest,
  defaultCredentials,
  type JobIdRequest,
  type ListTagResourcesAnswer,
  type ListTagResourcesRequest,
  type ModifyReplicationJobAttributeRequest,
  type ModifySourceServerAttributeRequest,
  type ReplicationJob,
  type ReplicationJobStatus,
  type SignatureKind,
  type SmcClient,
  SmcError,
  type SmcErrorClass,
  type SourceServer,
  type TagResource,
  type TagResourcesRequest,
  type UntagResourcesRequest,
} from '../smc';
export type { CredentialsProvider } from '../smc/credentials';

/** How the API is reached. */
export interface SmcClientOptions {
  /** Default `https://smc.aliyuncs.com`, one endpoint for all regions. */
  endpoint?: string;
  /** Default: the chain of the Alibaba Cloud SDKs (environment, profile, RAM role, …). */
  credentials?: CredentialsProvider;
  /** How calls are signed; default `1.0`, the reference's own. */
  signature?: SignatureKind;
  /** Milliseconds for the whole answer; default 30,000. */
  timeoutMs?: number;
}

/**
 * A client of the SMC API. It never repeats a call; each rejects with an `SmcError` that tells the API's code, its class and
 * a remedy. Close it at the end.
 *
 * @example
 * const smc = createSmcClient();
 * for await (const source of smc.allSourceServers({})) console.log(source.name, source.state);
 * await smc.close();
 */
export const createSmcClient = ({
  endpoint,
  credentials = defaultCredentials(),
  signature,
  timeoutMs,
}: SmcClientOptions = {}): SmcClient =>
  clientOver(createTransport({ endpoint, credentials, signature, timeoutMs }));
