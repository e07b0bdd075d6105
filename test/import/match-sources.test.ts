import { sourceFinder } from '../../src/import';
import type { SourceFacts } from '../../src/inventory';

const source = (sourceId: string, name?: string, hostName?: string, ...addresses: string[]): SourceFacts => ({
  sourceId,
  name,
  hostName,
  addresses,
  state: 'Available',
  isWindows: false,
  systemDisk: {},
  dataDisks: [],
});

const account = [
  source('s-1', 'web-01', 'web-01.corp.example', '10.0.0.1'),
  source('s-2', 'WEB-02', 'web-02', '10.0.0.2', 'fd00::2'),
  source('s-3', 'database', 'db-01.corp.example', '10.0.0.3'),
  source('s-4', 'café', 'cafe', '10.0.0.4'),
  source('s-5', 'twin', 'twin-a', '10.0.0.5'),
  source('s-6', 'twin', 'twin-b', '10.0.0.6'),
  source('s-7', 'lab', 'web-01.lab.example', '10.0.0.7', '127.0.0.1'),
  source('s-8', undefined, undefined),
];

const found = (wanted: {
  sourceId?: string;
  names?: string[];
  hostNames?: string[];
  addresses?: string[];
}) => {
  const match = sourceFinder(account)({ names: [], hostNames: [], addresses: [], ...wanted });
  switch (match.kind) {
    case 'found':
      return `${match.source.sourceId} by ${match.by.join(', ')}`;
    case 'several':
      return `several: ${match.sources.map(({ sourceId }) => sourceId).join(', ')}`;
    case 'conflict':
      return `conflict: ${match.says.map(({ by, sources }) => `${by} ${sources[0]!.sourceId}`).join(', ')}`;
    case 'missing':
      return 'missing';
  }
};

test.each([
  [{ sourceId: 's-3', names: ['web-01'] }, 's-3 by id'],
  [{ sourceId: 'S-3' }, 'missing'],
  [{ names: ['web-01'] }, 's-1 by name'],
  [{ names: ['web-02'] }, 's-2 by name'],
  // Written with a letter and an accent of its own.
  [{ names: ['cafe\u0301'] }, 's-4 by name'],
  [{ names: ['db-01'] }, 's-3 by host name'],
  [{ names: ['DB-01.corp.example.'] }, 's-3 by host name'],
  [{ hostNames: ['web-02.corp.example'] }, 's-2 by host name'],
  [{ hostNames: ['database'] }, 's-3 by host name'],
  // Two hosts of one short name: the domain tells.
  [{ names: ['shop front'], hostNames: ['web-01.lab.example'] }, 's-7 by host name'],
  [{ names: ['shop front'], hostNames: ['web-01.other.example'] }, 'missing'],
  [{ names: ['shop front'], hostNames: ['web-01'] }, 'several: s-1, s-7'],
  [{ addresses: ['10.0.0.3'] }, 's-3 by address'],
  [{ addresses: ['192.168.0.9', '10.0.0.3/24'] }, 's-3 by address'],
  [{ addresses: ['FD00:0:0::2'] }, 's-2 by address'],
  // Every server has these.
  [{ addresses: ['127.0.0.1', '169.254.1.1', '::1', 'fe80::1', ''] }, 'missing'],
  [{ names: ['twin'] }, 'several: s-5, s-6'],
  [{ names: ['twin'], addresses: ['10.0.0.6'] }, 's-6 by name, address'],
  [
    { names: ['web-01'], hostNames: ['web-01.corp.example'], addresses: ['10.0.0.1'] },
    's-1 by name, host name, address',
  ],
  [{ names: ['web-01'], addresses: ['10.0.0.9'] }, 's-1 by name'],
  [{ names: ['web-01'], addresses: ['10.0.0.2'] }, 'conflict: name s-1, address s-2'],
  [{ names: ['database'], hostNames: ['web-02'] }, 'conflict: name s-3, host name s-2'],
  [{ names: ['unknown'], hostNames: ['unknown'], addresses: ['10.9.9.9'] }, 'missing'],
  [{}, 'missing'],
])('%j is %s', (wanted, match) => {
  expect(found(wanted)).toBe(match);
});
