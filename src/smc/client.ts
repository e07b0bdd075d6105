import type { z } from 'zod';
import {
  createReplicationJobAnswerSchema,
  describeReplicationJobsAnswerSchema,
  describeSourceServersAnswerSchema,
  emptyAnswerSchema,
  listTagResourcesAnswerSchema,
  type ReplicationJob,
  type SourceServer,
  type TagResource,
} from './answers';
import { SmcError } from './errors';
import * as requests from './requests';
import type { Transport } from './transport';
import { fromWire, toWireParams } from './wire';

interface CallOptions {
  /** Ends the wait for the answer; the call may have taken effect all the same. */
  signal?: AbortSignal;
}

/** Every operation of SMC 2019-06-01: what it takes and what it gives. */
export const operations = {
  DescribeSourceServers: {
    request: requests.describeSourceServersSchema,
    answer: describeSourceServersAnswerSchema,
  },
  ModifySourceServerAttribute: {
    request: requests.modifySourceServerAttributeSchema,
    answer: emptyAnswerSchema,
  },
  DeleteSourceServer: { request: requests.deleteSourceServerSchema, answer: emptyAnswerSchema },
  CreateReplicationJob: {
    request: requests.createReplicationJobSchema,
    answer: createReplicationJobAnswerSchema,
  },
  DescribeReplicationJobs: {
    request: requests.describeReplicationJobsSchema,
    answer: describeReplicationJobsAnswerSchema,
  },
  ModifyReplicationJobAttribute: {
    request: requests.modifyReplicationJobAttributeSchema,
    answer: emptyAnswerSchema,
  },
  StartReplicationJob: { request: requests.jobIdSchema, answer: emptyAnswerSchema },
  StopReplicationJob: { request: requests.jobIdSchema, answer: emptyAnswerSchema },
  DeleteReplicationJob: { request: requests.jobIdSchema, answer: emptyAnswerSchema },
  CutOverReplicationJob: { request: requests.cutOverReplicationJobSchema, answer: emptyAnswerSchema },
  TagResources: { request: requests.tagResourcesSchema, answer: emptyAnswerSchema },
  ListTagResources: { request: requests.listTagResourcesSchema, answer: listTagResourcesAnswerSchema },
  UntagResources: { request: requests.untagResourcesSchema, answer: emptyAnswerSchema },
} as const;

export type Operation = keyof typeof operations;
type RequestOf<O extends Operation> = z.infer<(typeof operations)[O]['request']>;
type AnswerOf<O extends Operation> = z.infer<(typeof operations)[O]['answer']>;

/**
 * The SMC API, typed: one method an operation. Each rejects with an {@link SmcError}; a request that breaks the
 * API's rules is refused before it is sent, as `InvalidParameter`.
 */
export type SmcClient = {
  [O in Operation as Uncapitalize<O>]: (request: RequestOf<O>, options?: CallOptions) => Promise<AnswerOf<O>>;
} & {
  /** Every source server that matches, page by page. */
  allSourceServers(filter: RequestOf<'DescribeSourceServers'>): AsyncGenerator<SourceServer>;
  /** Every replication job that matches, page by page. */
  allReplicationJobs(filter: RequestOf<'DescribeReplicationJobs'>): AsyncGenerator<ReplicationJob>;
  /** Every tag that matches, page by page. */
  allTagResources(filter: RequestOf<'ListTagResources'>): AsyncGenerator<TagResource>;
  close(): Promise<void>;
};

/** A client over one transport. */
export function createSmcClient(transport: Transport): SmcClient {
  const call = async <O extends Operation>(
    operation: O,
    request: RequestOf<O>,
    options?: CallOptions,
  ): Promise<AnswerOf<O>> => {
    const { request: requestSchema, answer: answerSchema } = operations[operation];
    const valid = requestSchema.safeParse(request);
    if (!valid.success) {
      const problems = valid.error.issues.map(
        (issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`,
      );
      throw new SmcError({ code: 'InvalidParameter', message: problems.join('; '), action: operation });
    }
    const raw = await transport.call(operation, toWireParams(valid.data), options);
    const answer = answerSchema.safeParse(fromWire(raw));
    if (!answer.success) {
      const first = answer.error.issues[0];
      throw new SmcError({
        code: 'UnreadableAnswer',
        message: `the answer's ${first?.path.join('.')}: ${first?.message}`,
        action: operation,
        requestId: (raw as { RequestId?: string }).RequestId,
      });
    }
    return answer.data as AnswerOf<O>;
  };
  const methods = Object.fromEntries(
    (Object.keys(operations) as Operation[]).map((operation) => [
      operation.charAt(0).toLowerCase() + operation.slice(1),
      (request: never, options?: CallOptions) => call(operation, request, options),
    ]),
  ) as { [O in Operation as Uncapitalize<O>]: SmcClient[O extends Operation ? Uncapitalize<O> : never] };

  return {
    ...methods,
    allSourceServers: (filter) =>
      pages(
        async (pageNumber) =>
          (await call('DescribeSourceServers', { pageSize: 50, ...filter, pageNumber })).sourceServers,
        filter.pageSize,
      ),
    allReplicationJobs: (filter) =>
      pages(
        async (pageNumber) =>
          (await call('DescribeReplicationJobs', { pageSize: 50, ...filter, pageNumber })).replicationJobs,
        filter.pageSize,
      ),
    async *allTagResources(filter) {
      let nextToken = filter.nextToken;
      do {
        const answer = await call('ListTagResources', { ...filter, nextToken });
        yield* answer.tagResources;
        nextToken = answer.nextToken;
      } while (nextToken);
    },
    close: () => transport.close(),
  };
}

/** Pages until one is not full: a TotalCount may change while we read. */
async function* pages<T>(readPage: (pageNumber: number) => Promise<T[]>, pageSize = 50): AsyncGenerator<T> {
  for (let pageNumber = 1; ; pageNumber++) {
    const items = await readPage(pageNumber);
    yield* items;
    if (items.length < pageSize) return;
  }
}
