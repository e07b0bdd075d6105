import type { Client } from '@temporalio/client';
import { ensureSearchAttributes, grpcStatus, withSearchAttributes } from '../../src/temporal';

const keyword = 2;
const all = { SmcBatch: keyword, SmcServer: keyword, SmcPhase: keyword };

/** Codes that the product has no word for. */
const [ALREADY_EXISTS, INTERNAL] = [6, 13];

const refused = (code: number, details: string) =>
  Object.assign(new Error(`${code} ${details}`), { code, details, metadata: {} });

/** A client of a namespace that answers each listing with the next of these, and says whether adding is refused. */
function aClient(lists: (Record<string, number> | Error)[], adding?: Error) {
  const added: string[] = [];
  const operatorService = {
    async listSearchAttributes() {
      const next = lists.length > 1 ? lists.shift()! : lists[0]!;
      if (next instanceof Error) throw next;
      return { customAttributes: next };
    },
    async addSearchAttributes({ searchAttributes }: { searchAttributes: object }) {
      if (adding) throw adding;
      added.push(...Object.keys(searchAttributes));
    },
  };
  const client = {
    connection: { operatorService },
    withDeadline: (_: number, work: () => unknown) => work(),
  };
  return { client: client as unknown as Client, added };
}

const denied = refused(grpcStatus.PERMISSION_DENIED, 'Request unauthorized.');

test('those that a namespace lacks are added', async () => {
  const { client, added } = aClient([{ SmcBatch: keyword }]);
  await ensureSearchAttributes(client, 'default');
  expect(added).toEqual(['SmcServer', 'SmcPhase']);
});

test.each([
  ['may not list them', [denied], undefined],
  ['has no operator service', [refused(grpcStatus.UNIMPLEMENTED, 'unknown service')], undefined],
  ['comes second, while another one adds them', [{}, all], refused(ALREADY_EXISTS, 'SmcBatch exists')],
])('one who %s goes on', async (_, lists, adding) => {
  await ensureSearchAttributes(aClient(lists, adding).client, 'default');
});

test.each([
  [
    'may not add them',
    [{}],
    denied,
    "The namespace 'default' lacks the search attributes SmcBatch, SmcServer, SmcPhase, and they cannot be added from here (Request unauthorized.). Have them added: temporal operator search-attribute create --namespace default --name SmcBatch --type Keyword --name SmcServer --type Keyword --name SmcPhase --type Keyword",
  ],
  [
    'finds one of another type',
    [{ ...all, SmcPhase: 7 }],
    undefined,
    "The namespace 'default' has search attributes of another type than Keyword: SmcPhase (KeywordList). Have them replaced, or use another namespace: temporal operator search-attribute remove --namespace default --name SmcPhase --yes, then: temporal operator search-attribute create --namespace default --name SmcPhase --type Keyword",
  ],
  [
    'hears of a server in trouble',
    [refused(INTERNAL, 'database is locked')],
    undefined,
    'The search attributes cannot be listed: database is locked.',
  ],
])('a client that %s gets the command to type', async (_, lists, adding, message) => {
  const { client } = aClient(lists as never, adding);
  await expect(ensureSearchAttributes(client, 'default')).rejects.toMatchObject({
    name: 'TemporalUnavailable',
    message,
  });
});

test('a start waits for attributes that were just added, and says what is missing in the end', async () => {
  const unknown = refused(
    grpcStatus.INVALID_ARGUMENT,
    'Namespace default has no mapping defined for search attribute SmcBatch',
  );
  let starts = 0;
  const start = async () => {
    if (++starts < 2) throw Object.assign(new Error('Failed to start Workflow'), { cause: unknown });
    return 'started';
  };
  expect(await withSearchAttributes('default', start)).toBe('started');
  const never = () => Promise.reject(unknown);
  await expect(withSearchAttributes('default', never, { patienceMs: 0 })).rejects.toThrow(
    /no mapping defined.*Have them added, as keywords: temporal operator search-attribute create/,
  );
  const other = refused(grpcStatus.INVALID_ARGUMENT, 'a plan too long');
  await expect(withSearchAttributes('default', () => Promise.reject(other))).rejects.toBe(other);
});
