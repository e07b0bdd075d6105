import type { SourceFacts } from '../inventory';
import type { ImportRow } from '../plan';
import { plainAddress } from './addresses';

/** What of a row a source is found by. */
export type FoundBy = 'id' | 'name' | 'host name' | 'address';

/** The source of a row, or why there is none. */
export type Match =
  | { kind: 'found'; source: SourceFacts; by: FoundBy[] }
  | { kind: 'missing' }
  /** Several sources fit all that the row says. */
  | { kind: 'several'; sources: SourceFacts[]; by: FoundBy[] }
  /** One part of the row means another source than another part. */
  | { kind: 'conflict'; says: { by: FoundBy; sources: SourceFacts[] }[] };

/** Finds the source server of a row: each look-up costs the same, however many sources there are. */
export function sourceFinder(sources: readonly SourceFacts[]): (wanted: ImportRow['wanted']) => Match {
  const byId = new Map(sources.map((source) => [source.sourceId, source]));
  const byName = keyed(sources, ({ name }) => (name === undefined ? [] : [name]));
  const byLooseName = keyed(sources, ({ name }) => (name === undefined ? [] : [loose(name)]));
  const byHost = keyed(sources, ({ hostName }) => (hostName === undefined ? [] : [loose(hostName)]));
  const byShortHost = keyed(sources, ({ hostName }) => (hostName === undefined ? [] : [shortHost(hostName)]));
  const byAddress = keyed(sources, ({ addresses }) => addresses.flatMap((one) => plainAddress(one) ?? []));

  const named = (names: readonly string[]) =>
    firstThatFits([
      () => names.flatMap((name) => byName.get(name) ?? []),
      () => names.flatMap((name) => byLooseName.get(loose(name)) ?? []),
    ]);
  const hosted = (hosts: readonly string[]) =>
    firstThatFits([
      () => hosts.flatMap((host) => byHost.get(loose(host)) ?? []),
      // web-01 and web-01.corp.example are one host; web-01.corp.example and web-01.lab.example are two.
      () =>
        hosts.flatMap((host) =>
          (byShortHost.get(shortHost(host)) ?? []).filter(
            ({ hostName = '' }) => !host.includes('.') || !hostName.includes('.'),
          ),
        ),
    ]);
  return ({ sourceId, names, hostNames, addresses }) => {
    if (sourceId !== undefined) {
      const source = byId.get(sourceId);
      return source ? { kind: 'found', source, by: ['id'] } : { kind: 'missing' };
    }
    const ofName = named(names);
    const ofHost = firstThatFits([
      () => hosted(hostNames),
      // A source is often named as its host, and a row as the host of its source.
      () => (ofName.length === 0 ? firstThatFits([() => named(hostNames), () => hosted(names)]) : []),
    ]);
    const ofAddress = addresses.flatMap((one) => byAddress.get(plainAddress(one) ?? '') ?? []);
    return agreed([
      { by: 'name', sources: unique(ofName) },
      { by: 'host name', sources: unique(ofHost) },
      { by: 'address', sources: unique(ofAddress) },
    ]);
  };
}

/** What all parts of a row that mean a source agree on. */
function agreed(parts: { by: FoundBy; sources: SourceFacts[] }[]): Match {
  const says = parts.filter(({ sources }) => sources.length > 0);
  const [first, ...others] = says;
  if (!first) return { kind: 'missing' };
  const sources = first.sources.filter((source) => others.every((part) => part.sources.includes(source)));
  const by = says.map((part) => part.by);
  const [source] = sources;
  if (!source) return { kind: 'conflict', says };
  return sources.length > 1 ? { kind: 'several', sources, by } : { kind: 'found', source, by };
}

function firstThatFits(looks: (() => SourceFacts[])[]): SourceFacts[] {
  for (const look of looks) {
    const found = look();
    if (found.length > 0) return found;
  }
  return [];
}

function keyed(
  sources: readonly SourceFacts[],
  keysOf: (source: SourceFacts) => string[],
): Map<string, SourceFacts[]> {
  const found = new Map<string, SourceFacts[]>();
  for (const source of sources) {
    for (const key of new Set(keysOf(source))) {
      const list = found.get(key);
      if (list) list.push(source);
      else found.set(key, [source]);
    }
  }
  return found;
}

const unique = (sources: SourceFacts[]) => [...new Set(sources)];
const loose = (text: string) => text.normalize('NFC').trim().replace(/\.$/, '').toLowerCase();
const shortHost = (text: string) => loose(text).split('.')[0]!;
