import { canBeServerName, diskNotes, diskSettings } from '../inventory';
import { type ImportRead, type ImportRow, planBlock } from '../plan';
import { plainLine, quotedText } from '../text';
import { type MatchedRows, nameOf } from './match-rows';

/** The plan (YAML) of the rows that have a source; the others stand in it as comments, with the nearest source. */
export function importPlan(
  { head, rowsLeftOut }: Pick<ImportRead, 'head' | 'rowsLeftOut'>,
  rows: MatchedRows,
  from: string,
): string {
  const { matched, done, unmatched } = rows;
  const { name, version: _, defaults, account, policy, waves, ...rest } = head;
  const names = serverNames(rows);
  const left = rowsLeftOut > 0 ? `; rows left out by the map: ${rowsLeftOut}` : '';
  const entries = [
    ...matched.map((one) => ({ at: one.row.at, line: `  ${matchedEntry(one, names.get(one.row))}` })),
    ...done.map((row) => ({ at: row.at, line: `  - ${flow({ name: names.get(row), ...row.fields })}` })),
    ...unmatched.map(({ row, nearest }) => ({
      at: row.at,
      line: `  # ${plainLine(`no source server: ${nameOf(row)}${nearest ? `; the nearest is ${nearest.name} (${nearest.sourceId})` : ''}`)}`,
    })),
  ].sort((a, b) => a.at - b.at);
  return `# From ${plainLine(from)}. Servers: ${matched.length + done.length}; rows without a source server, as comments: ${unmatched.length}${left}.
# Next: smc-batch preview, then smc-batch apply.
version: 1
name: ${quotedText(name)} # the batch; also its id in Temporal

# The account's limits: jobs that may exist, and jobs that may run at once.
${planBlock({ account: account ?? { quota: { jobs: 100, running: 50 } } })}

# Settings of every job, as CreateReplicationJob has them; a wave or a server can say otherwise.
${planBlock({ defaults })}

${planBlock({ policy: policy ?? { maxConcurrent: 10 } })}

${waves === undefined ? '' : `# Waves run in this order: check it.\n${planBlock({ waves })}\n\n`}${Object.keys(rest).length > 0 ? `${planBlock(rest)}\n\n` : ''}# Disk sizes that the export does not give are the source's own, in GiB.
servers:
${entries.map(({ line }) => line).join('\n')}
`;
}

/** The name of each server in the batch: the row's, or the source's where that is not taken. */
function serverNames({ matched, done }: MatchedRows): Map<ImportRow, string> {
  const names = new Map<ImportRow, string>();
  const taken = new Set<string>();
  for (const row of [...matched.map((one) => one.row), ...done]) {
    if (row.name === undefined) continue;
    names.set(row, row.name);
    taken.add(row.name);
  }
  for (const { row, source } of matched) {
    const { name } = source;
    if (names.has(row) || !name || taken.has(name) || !canBeServerName(name)) continue;
    names.set(row, name);
    taken.add(name);
  }
  return names;
}

function matchedEntry({ row, source, by }: MatchedRows['matched'][number], name: string | undefined): string {
  const sizes = diskSettings(source);
  const { systemDiskSize, dataDisks, disks } = row.fields;
  const entry = {
    sourceId: source.sourceId,
    ...(name === undefined ? {} : { name }),
    ...(disks !== undefined || systemDiskSize !== undefined ? {} : { systemDiskSize: sizes.systemDiskSize }),
    ...(disks !== undefined || dataDisks !== undefined ? {} : { dataDisks: sizes.dataDisks }),
    ...row.fields,
  };
  // Whoever reviews the plan sees which source it was taken for.
  const isNamedOtherwise = name !== undefined && name !== source.name;
  const notes = [
    isNamedOtherwise && `source ${source.name ?? 'without a name'}, found by ${by.join(' and ')}`,
    source.platform,
    source.trouble?.message,
    ...(systemDiskSize === undefined ? diskNotes(source) : []),
  ];
  const note = plainLine(notes.filter(Boolean).join('; '));
  return `- ${flow(entry)}${note ? ` # ${note}` : ''}`;
}

/** A value as YAML has it in one line, every text in quotes. */
function flow(value: unknown): string {
  if (typeof value === 'string') return quotedText(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{ ${fields.map(([key, inner]) => `${/^[A-Za-z]\w*$/.test(key) ? key : quotedText(key)}: ${flow(inner)}`).join(', ')} }`;
}
