import { didYouMean } from '../../text/did-you-mean';
import type { Draft, DraftServer } from '../files/draft';
import type { Finding } from '../problem';
import { serverName } from '../schema/plan-schema';

/** Checks that every server has a source and a name of its own, and a wave that exists. */
export function serverFindings(draft: Draft): Finding[] {
  return [
    ...draft.servers.flatMap((server) => [...sourceFindings(server), ...unfitNames(server)]),
    ...twice(draft, 'sourceId'),
    ...twice(draft, 'sourceName'),
    ...namesTwice(draft),
    ...doneTwice(draft),
    ...unknownWaves(draft),
    ...wavesTwice(draft),
  ];
}

const doneWithoutName = (at: DraftServer['at']): Finding => ({
  code: 'source-missing',
  message: 'a server that is done has a name, or a source',
  fix: 'give it the name by which others depend on it: `name: …`',
  path: at,
});

/** An image is of one server. */
function doneTwice(draft: Draft): Finding[] {
  const first = new Map<string, DraftServer>();
  return draft.servers.flatMap((server): Finding[] => {
    const { done } = server.settings;
    const before = done === undefined ? undefined : first.get(done);
    if (done !== undefined && !before) first.set(done, server);
    if (!before) return [];
    const message = `${server.label} and ${before.label} are both done as ${done}`;
    return [
      { code: 'done-twice', message, fix: 'an image is made of one server', path: [...server.at, 'done'] },
    ];
  });
}

function sourceFindings({ at, settings, broken, label }: DraftServer): Finding[] {
  if (broken.has('sourceId') || broken.has('sourceName')) return [];
  if (settings.sourceId === undefined && settings.sourceName === undefined) {
    if (settings.done !== undefined || broken.has('done'))
      return settings.name !== undefined || broken.has('name') ? [] : [doneWithoutName(at)];
    return [
      {
        code: 'source-missing',
        message: `${label} has neither sourceId nor sourceName`,
        fix: 'give the id of its source, or the name it has in SMC',
        path: at,
      },
    ];
  }
  if (settings.sourceId === undefined || settings.sourceName === undefined) return [];
  return [
    {
      code: 'source-twice',
      message: `${label} has both sourceId and sourceName`,
      fix: 'keep one; the name in the batch is `name`',
      path: [...at, 'sourceName'],
    },
  ];
}

/** Finds names of sources that cannot be names of servers in the batch. */
function unfitNames({ at, settings, name }: DraftServer): Finding[] {
  if (name === undefined || settings.name !== undefined) return [];
  const why = serverName.safeParse(name).error?.issues[0]?.message;
  if (why === undefined) return [];
  return [
    {
      code: 'invalid-value',
      message: `the source's name cannot be the server's name in the batch: ${why}`,
      fix: 'give it a name: `name: …`',
      path: [...at, settings.sourceName !== undefined ? 'sourceName' : 'sourceId'],
    },
  ];
}

function twice(draft: Draft, field: 'sourceId' | 'sourceName'): Finding[] {
  const first = new Map<string, DraftServer>();
  const findings: Finding[] = [];
  for (const server of draft.servers) {
    const source = server.settings[field];
    if (source === undefined) continue;
    const before = first.get(source);
    if (!before) first.set(source, server);
    else {
      findings.push({
        code: 'source-twice',
        message: `${field} ${source} is used twice: it is in servers[${before.at[1]}] too`,
        fix: 'a server is migrated once in a batch',
        path: [...server.at, field],
      });
    }
  }
  return findings;
}

function namesTwice(draft: Draft): Finding[] {
  const first = new Map<string, DraftServer>();
  const findings: Finding[] = [];
  for (const server of draft.servers) {
    if (server.name === undefined) continue;
    const before = first.get(server.name);
    if (!before) {
      first.set(server.name, server);
      continue;
    }
    const { sourceId, sourceName, name } = server.settings;
    const sameSource =
      (sourceId !== undefined && sourceId === before.settings.sourceId) ||
      (sourceName !== undefined && sourceName === before.settings.sourceName);
    if (sameSource && name === undefined) continue;
    findings.push({
      code: 'name-twice',
      message: `two servers are named ${server.name}: servers[${before.at[1]}] too`,
      fix: 'a name is unique in the batch; its default is the name or id of the source',
      path: [
        ...server.at,
        name !== undefined ? 'name' : sourceName !== undefined ? 'sourceName' : 'sourceId',
      ],
    });
  }
  return findings;
}

function unknownWaves(draft: Draft): Finding[] {
  const names = draft.waves.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (names.length < draft.waves.length) return [];
  const declared = draft.waves.some(({ at }) => at.length > 0);
  const undeclared = declared ? `the waves are ${names.join(', ')}` : 'declare it under waves';
  return draft.servers.flatMap((server): Finding[] => {
    const { wave } = server.settings;
    if (wave === undefined || server.wave) return [];
    const meant = didYouMean(wave, names);
    return [
      {
        code: 'wave-unknown',
        message: `${server.label}: there is no wave ${wave}`,
        fix: meant ? `did you mean ${meant}?` : undeclared,
        path: [...server.at, 'wave'],
      },
    ];
  });
}

function wavesTwice(draft: Draft): Finding[] {
  const seen = new Set<string>();
  return draft.waves.flatMap(({ name, at }): Finding[] => {
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return [];
    }
    return [{ code: 'wave-twice', message: `two waves are named ${name}`, path: [...at, 'name'] }];
  });
}
