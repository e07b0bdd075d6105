import type { Finding } from './problem';
import type { ImportServer } from './schema/import-schema';
import { waveNames } from './wave-names';

/** A row of an export: the server as the plan will have it, and what its source is looked for by. */
export interface ImportRow {
  /** Its position in the file's rows, from 0. */
  at: number;
  /** Its line in the file, from 1. */
  line: number;
  /** The row's own name for the server; absent where it only has an id. */
  name?: string;
  /** The fields of a plan's server, but its source. */
  fields: Record<string, unknown>;
  wanted: {
    sourceId?: string;
    /** Names that its source may have in SMC. */
    names: string[];
    hostNames: string[];
    addresses: string[];
  };
}

/** Rows of an export as the servers of a plan. Their sources are not known yet: each has a stand-in, so that all rules can be checked. */
export function importRows(
  servers: readonly ImportServer[],
  { hasWaves, lineOf }: { hasWaves: boolean; lineOf: (at: number) => number },
): {
  rows: ImportRow[];
  entries: Record<string, unknown>[];
  /** In the order in which they run. */
  waves: string[];
  findings: Finding[];
} {
  const waves = waveNames(
    servers.map(({ wave }) => wave),
    hasWaves,
  );
  const findings: Finding[] = [];
  const rows = servers.map((server, at): ImportRow => {
    const { sourceId, sourceName, hostName = [], ip = [], name, ...rest } = server;
    const known = name ?? sourceName ?? hostName[0];
    const wave = waves.of(server.wave);
    findings.push(...variableFindings(server, at));
    return {
      at,
      line: lineOf(at),
      ...(known === undefined ? {} : { name: known }),
      fields: { ...rest, ...(wave === undefined ? {} : { wave }) },
      wanted: {
        ...(sourceId === undefined ? {} : { sourceId }),
        names: [sourceName ?? name].filter((one) => one !== undefined),
        hostNames: hostName,
        addresses: ip,
      },
    };
  });
  const entries = rows.map(({ at, name, fields, wanted: { sourceId, addresses } }) => {
    const label = name ?? sourceId ?? addresses[0];
    if (label === undefined) {
      const message = 'this row names no server: its id, name, host name and address are empty';
      const fix = 'fill one of them in, or take the row out';
      findings.push({ code: 'source-missing', message, fix, path: ['servers', at] });
    }
    return { ...fields, sourceId: `row ${at}`, ...(name === undefined ? {} : { name }) };
  });
  return { rows, entries, waves: waves.names, findings };
}

/** The plan that is written is read again: a variable in it would be replaced then. */
function variableFindings(server: ImportServer, at: number): Finding[] {
  return Object.entries(server).flatMap(([field, value]): Finding[] => {
    if (!JSON.stringify(value ?? '').includes('${env:')) return [];
    const message = `${field} has \${env:…} in it, which a plan replaces by a variable of the environment`;
    return [{ code: 'invalid-value', message, fix: 'write the value itself', path: ['servers', at, field] }];
  });
}
