import type { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { smcBatch, smcPhase, smcServer } from '../../workflows/search-attributes';
import { TemporalUnavailable } from './unavailable';

/** The search attributes that the workflows set; all are keywords. */
export const searchAttributeNames = [smcBatch, smcServer, smcPhase].map(({ name }) => name);

/**
 * Registers the search attributes that the namespace lacks: a workflow that sets an unknown one would not start.
 * Rejects with {@link TemporalUnavailable} and the command to run where this client may not register them.
 */
export async function ensureSearchAttributes(client: Client, namespace: string): Promise<void> {
  const { operatorService } = client.connection as Connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributeNames.filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  const keyword = temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (cause) {
    const names = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
    throw new TemporalUnavailable(
      `The namespace '${namespace}' lacks the search attributes ${missing.join(', ')}. Have them added: ` +
        `temporal operator search-attribute create --namespace ${namespace} ${names}`,
      { cause },
    );
  }
}
