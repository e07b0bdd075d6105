import { type Client, type Connection, isGrpcServiceError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { smcBatch, smcPhase, smcServer } from '../../workflows/contract/search-attributes';
import { shellWord } from '../text';
import { grpcStatus } from './grpc';
import { TemporalUnavailable } from './unavailable';

/** The search attributes that the workflows set; all are keywords. */
export const searchAttributeNames = [smcBatch, smcServer, smcPhase].map(({ name }) => name);

const { IndexedValueType } = temporal.api.enums.v1;
const keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** Our search attributes in a namespace. */
export interface SearchAttributesFound {
  missing: string[];
  /** The search attributes of another type, with that type. */
  mistyped: { name: string; type: string }[];
}

/** Compares the search attributes in Temporal with those that the workflows need. Rejects when Temporal refuses. */
export async function findSearchAttributes(
  client: Client,
  namespace: string,
): Promise<SearchAttributesFound> {
  const { operatorService } = client.connection as Connection;
  const { customAttributes } = await client.withDeadline(Date.now() + listMs, () =>
    operatorService.listSearchAttributes({ namespace }),
  );
  const found = customAttributes ?? {};
  return {
    missing: searchAttributeNames.filter((name) => !(name in found)),
    mistyped: searchAttributeNames.flatMap((name) => {
      const type = found[name];
      if (type === undefined || type === null || type === keyword) return [];
      return [{ name, type: typeName(type) }];
    }),
  };
}

const listMs = 5_000;

/** The command that adds search attributes. */
export const addSearchAttributes = (namespace: string, names: readonly string[]) =>
  `temporal operator search-attribute create --namespace ${shellWord(namespace)} ${names.map((name) => `--name ${name} --type Keyword`).join(' ')}`;

/** The commands that replace search attributes of another type: Temporal cannot change a type. */
export const replaceSearchAttributes = (namespace: string, mistyped: SearchAttributesFound['mistyped']) =>
  `temporal operator search-attribute remove --namespace ${shellWord(namespace)} ${mistyped.map(({ name }) => `--name ${name}`).join(' ')} --yes, ` +
  `then: ${addSearchAttributes(
    namespace,
    mistyped.map(({ name }) => name),
  )}`;

/**
 * Registers the search attributes that the namespace lacks: a workflow that sets an unknown one does not start. Rejects with
 * {@link TemporalUnavailable} and the commands to run when an attribute has another type, or when this client may not register
 * it. A client that may not list the attributes goes on: usually they exist.
 */
export async function ensureSearchAttributes(client: Client, namespace: string): Promise<void> {
  const found = await findSearchAttributes(client, namespace).catch(ifNotAllowed);
  if (!found) return;
  refuseMistyped(found, namespace);
  const { missing } = found;
  if (missing.length === 0) return;
  const { operatorService } = client.connection as Connection;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (cause) {
    // Another worker may have added them since.
    const now = await findSearchAttributes(client, namespace).catch(ifNotAllowed);
    if (now) refuseMistyped(now, namespace);
    if (now?.missing.length === 0) return;
    throw new TemporalUnavailable(
      `The namespace '${namespace}' lacks the search attributes ${missing.join(', ')}, and they cannot be added from here ` +
        `(${detailsOf(cause)}). Have them added: ${addSearchAttributes(namespace, missing)}`,
      { cause },
    );
  }
}

/**
 * Starts a workflow with our search attributes. The whole server knows a new attribute only a moment after it was added, so the
 * start is repeated. Rejects with {@link TemporalUnavailable} and the command that adds the attributes when they do not exist.
 */
export async function withSearchAttributes<T>(
  namespace: string,
  start: () => Promise<T>,
  { patienceMs = 10_000 } = {},
): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      const refusal = refusalOf(error);
      if (
        !refusal ||
        refusal.code !== grpcStatus.INVALID_ARGUMENT ||
        !/search attribute/i.test(refusal.details)
      )
        throw error;
      if (performance.now() > until) {
        throw new TemporalUnavailable(
          `The namespace '${namespace}' does not take the search attributes that a batch has (${refusal.details}). ` +
            `Have them added, as keywords: ${addSearchAttributes(namespace, searchAttributeNames)}`,
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function refuseMistyped({ mistyped }: SearchAttributesFound, namespace: string): void {
  if (mistyped.length === 0) return;
  const types = mistyped.map(({ name, type }) => `${name} (${type})`).join(', ');
  throw new TemporalUnavailable(
    `The namespace '${namespace}' has search attributes of another type than Keyword: ${types}. ` +
      `Have them replaced, or use another namespace: ${replaceSearchAttributes(namespace, mistyped)}`,
  );
}

/** Temporal Cloud has no operator service, and a role may not have the right. */
const notAllowed: number[] = [
  grpcStatus.PERMISSION_DENIED,
  grpcStatus.UNAUTHENTICATED,
  grpcStatus.UNIMPLEMENTED,
  grpcStatus.NOT_FOUND,
];

function ifNotAllowed(error: unknown): undefined {
  const refusal = refusalOf(error);
  if (refusal && notAllowed.includes(refusal.code)) return undefined;
  throw new TemporalUnavailable(`The search attributes cannot be listed: ${detailsOf(error)}.`, {
    cause: error,
  });
}

function refusalOf(error: unknown) {
  const cause = isGrpcServiceError(error) ? error : (error as Error | undefined)?.cause;
  return isGrpcServiceError(cause) ? cause : undefined;
}

const detailsOf = (error: unknown) => refusalOf(error)?.details || (error as Error).message;

/** The name of a type in the Temporal CLI: `KeywordList` for `INDEXED_VALUE_TYPE_KEYWORD_LIST`. */
const typeName = (type: number) =>
  (IndexedValueType[type] ?? `type ${type}`)
    .replace('INDEXED_VALUE_TYPE_', '')
    .toLowerCase()
    .replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
