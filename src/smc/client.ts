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
  /** Ends the wait for the answer; the call may still take effect. */
  signal?: AbortSignal;
}

/** Every operation of SMC 2019-06-01, with the schemas of its request and its answer. */
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
 * The typed SMC API: one method for each operation. Each rejects with an {@link SmcError}. A request that breaks the
 * API's rules is refused as `InvalidParameter` before it is sent.
 */
export type SmcClient = {
  [O in Operation as Uncapitalize<O>]: (request: RequestOf<O>, options?: CallOptions) => Promise<AnswerOf<O>>;
} & {
  /** All source servers that match, page by page, each once. When the list changes meanwhile, it is read again. */
  allSourceServers(filter: RequestOf<'DescribeSourceServers'>): AsyncGenerator<SourceServer>;
  /** All replication jobs that match, page by page, each once. When the list changes meanwhile, it is read again. */
  allReplicationJobs(filter: RequestOf<'DescribeReplicationJobs'>): AsyncGenerator<ReplicationJob>;
  /** All tags that match, page by page. */
  allTagResources(filter: RequestOf<'ListTagResources'>): AsyncGenerator<TagResource>;
  /** How fast the time of the account runs, once a simulator has answered; undefined of a real account. */
  simulatedSpeed(): number | undefined;
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
      pages(filter.pageSize, async (page) => {
        const answer = await call('DescribeSourceServers', { ...filter, ...page });
        return { ...answer, items: answer.sourceServers, idOf: (server) => server.sourceId };
      }),
    allReplicationJobs: (filter) =>
      pages(filter.pageSize, async (page) => {
        const answer = await call('DescribeReplicationJobs', { ...filter, ...page });
        return { ...answer, items: answer.replicationJobs, idOf: (job) => job.jobId };
      }),
    async *allTagResources(filter) {
      for (let nextToken = filter.nextToken; ; ) {
        const answer = await call('ListTagResources', { ...filter, nextToken });
        yield* answer.tagResources;
        if (!answer.nextToken || answer.nextToken === nextToken) return;
        nextToken = answer.nextToken;
      }
    },
    simulatedSpeed: () => transport.simulatedSpeed(),
    close: () => transport.close(),
  };
}

interface Page<T> {
  items: T[];
  idOf(item: T): string;
  totalCount?: number;
  pageSize?: number;
}

/** Each pass finds most items that the last one has missed. A list may change all the time, so the passes have a limit. */
const maxPasses = 3;

/**
 * All items of all pages, each once. An item that is deleted meanwhile moves later items to a page that was read already, and
 * one that is created moves items to the next page. So a list that has changed is read again.
 */
async function* pages<T>(pageSize = 50, readPage: ReadPage<T>): AsyncGenerator<T> {
  const given = new Set<string>();
  for (let pass = 1; pass <= maxPasses; pass++) {
    const givenBefore = given.size;
    const seen = new Set<string>();
    const totals = new Set<number>();
    for await (const page of onePass(pageSize, readPage)) {
      if (page.totalCount !== undefined) totals.add(page.totalCount);
      for (const item of page.items) {
        const id = page.idOf(item);
        seen.add(id);
        if (given.has(id)) continue;
        given.add(id);
        yield item;
      }
    }
    const stoodStill = totals.size <= 1;
    // A service may count items that it does not list: then no pass is complete.
    const hasNoMore = pass > 1 && given.size === givenBefore;
    if (stoodStill && (seen.size >= Math.max(0, ...totals) || hasNoMore)) return;
  }
}

type ReadPage<T> = (page: { pageNumber: number; pageSize: number }) => Promise<Page<T>>;

/** The pages from the first to the last. The service may give smaller pages than requested. */
async function* onePass<T>(pageSize: number, readPage: ReadPage<T>): AsyncGenerator<Page<T>> {
  for (let pageNumber = 1; ; pageNumber++) {
    const page = await readPage({ pageNumber, pageSize });
    yield page;
    const size = Math.min(pageSize, page.pageSize || pageSize);
    const isLast = page.totalCount ? pageNumber * size >= page.totalCount : false;
    if (page.items.length < size || isLast) return;
  }
}
