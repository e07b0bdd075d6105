import { didYouMean } from '../../text/did-you-mean';
import type { Draft, DraftServer } from '../files/draft';
import type { Finding } from '../problem';

/** Checks dependencies: each names a server of the plan, in the same or an earlier wave, and there is no cycle. */
export function dependencyFindings(draft: Draft): Finding[] {
  const byName = new Map<string, DraftServer>();
  for (const server of draft.servers) if (server.name !== undefined) byName.set(server.name, server);
  const waveOrder = new Map(draft.waves.map((wave, i) => [wave, i]));
  // A server whose name is a mistake may be the one that another server depends on: that is no second mistake.
  const mayHaveName = ({ broken }: DraftServer) =>
    ['name', 'sourceName', 'sourceId'].some((field) => broken.has(field));
  const allNamed = draft.servers.every((server) => server.name !== undefined || !mayHaveName(server));

  const findings: Finding[] = [];
  for (const server of draft.servers) {
    server.settings.dependsOn?.forEach((name, i) => {
      const path = [...server.at, 'dependsOn', i];
      const target = byName.get(name);
      if (!target) {
        const meant = findings.length < mostGuesses ? didYouMean(name, byName.keys()) : undefined;
        const message = `${server.label} depends on ${name}, which is no server of this plan`;
        const fix = meant ? `did you mean ${meant}?` : 'dependsOn takes the names of servers in this plan';
        if (allNamed) findings.push({ code: 'dependency-unknown', message, fix, path });
        return;
      }
      if (!server.wave || !target.wave) return;
      if (waveOrder.get(target.wave)! > waveOrder.get(server.wave)!) {
        findings.push({
          code: 'dependency-on-later-wave',
          message: `${server.label} (wave ${server.wave.name}) depends on ${name} of the later wave ${target.wave.name}`,
          fix: 'waves run in order, so it would wait for ever: move one of the two',
          path,
        });
      }
    });
  }
  return [...findings, ...cycles(draft, byName)];
}

// Each guess compares with every name of the plan.
const mostGuesses = 100;

/** One finding for each cycle, at the dependency that closes it. */
function cycles(draft: Draft, byName: Map<string, DraftServer>): Finding[] {
  const findings: Finding[] = [];
  const done = new Set<DraftServer>();
  for (const start of draft.servers) {
    if (done.has(start)) continue;
    // A stack of its own instead of recursion: a chain may be as long as the plan.
    const way = [{ server: start, next: 0 }];
    const onWay = new Map([[start, 0]]);
    while (way.length > 0) {
      const step = way.at(-1)!;
      const i = step.next++;
      const name = step.server.settings.dependsOn?.[i];
      if (name === undefined) {
        way.pop();
        onWay.delete(step.server);
        done.add(step.server);
        continue;
      }
      const target = byName.get(name);
      if (!target || done.has(target)) continue;
      const from = onWay.get(target);
      if (from === undefined) {
        onWay.set(target, way.length);
        way.push({ server: target, next: 0 });
        continue;
      }
      const names = [...way.slice(from).map(({ server }) => server.label), target.label];
      findings.push({
        code: 'dependency-cycle',
        message: names.length === 2 ? `${names[0]} depends on itself` : `a cycle: ${shortened(names)}`,
        fix: 'each of them would wait for the next for ever: take one dependency out',
        path: [...step.server.at, 'dependsOn', i],
      });
    }
  }
  return findings;
}

function shortened(names: string[]): string {
  const shown = names.length > 8 ? [...names.slice(0, 6), '…', ...names.slice(-1)] : names;
  return shown.join(' → ');
}
