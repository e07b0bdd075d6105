// An old and a new build of the workers together in the middle of a batch: replaced one after the other without versions, and
// as versions of a worker deployment.
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyBatch, historiesOf, judge, untilEnded, untilImages } from './batch.mjs';
import { seconds, usual } from './figures.mjs';

/** Without versions the new build must decide as the old one did: here it is the same build. */
export async function rolling(stage, { servers, workers: [count] }) {
  const account = await stage.account('rolling', { ...usual, servers });
  const old = [];
  for (let i = 0; i < count; i++) old.push(await stage.startWorker(account));
  const batch = await applyBatch(stage, account);
  const rows = [];
  for (const [i, worker] of old.entries()) {
    await untilImages(stage, account, Math.ceil(((i + 1) * servers) / (count + 2)));
    stage.say(`worker ${i + 1} of ${count} is replaced …`);
    const began = performance.now();
    await stage.startWorker(account);
    const ready = performance.now() - began;
    await worker.stop(40_000);
    rows.push([String(i + 1), seconds(ready), seconds(performance.now() - began - ready)]);
  }
  const status = await untilEnded(stage, batch);
  return {
    title: 'Workers replaced one after the other, without versions',
    head: ['worker', 'the new one was ready within', 'the old one ended within'],
    rows,
    facts: [],
    rules: await judge(stage, account, status),
  };
}

/** The new version's workflows decide otherwise: it could not replay a history that the old one has begun. */
export async function versions(stage, { servers, workers: [count] }) {
  const account = await stage.account('versions', { ...usual, servers });
  const deployment = 'smc-batch';
  const startVersion = async (buildId, from) => {
    const env = { TEMPORAL_DEPLOYMENT_NAME: deployment, TEMPORAL_WORKER_BUILD_ID: buildId };
    const started = [];
    for (let i = 0; i < count; i++) started.push(await stage.startWorker(account, { env, from }));
    return started;
  };
  const makeCurrent = async (buildId) => {
    const command = ['worker', 'deployment', 'set-current-version', '--yes'];
    const version = ['--deployment-name', deployment, '--build-id', buildId];
    // A version is known a moment after its first worker polls.
    await stage.until(`version ${buildId}`, undefined, () =>
      stage.cli(...command, ...version).then(
        () => true,
        () => false,
      ),
    );
  };
  /** Workflows of the batch that run, by the build that has completed their last task. */
  const running = async () => {
    const builds = {};
    for (const { status, events } of await historiesOf(stage, account.name)) {
      const build = buildsOf(events).at(-1);
      if (status === 'RUNNING' && build) builds[build] = (builds[build] ?? 0) + 1;
    }
    return builds;
  };

  const old = await startVersion('old');
  await makeCurrent('old');
  const batch = await applyBatch(stage, account);
  await untilImages(stage, account, Math.ceil(servers / 6));
  stage.say('the new version comes …');
  await startVersion('new', changedBuild(stage));
  const switchedAt = performance.now();
  await makeCurrent('new');
  const cameAt = performance.now();
  await stage.until('the batch on the new version', undefined, async () => {
    const ofBatch = (await historiesOf(stage, account.name)).filter(({ type }) => type === 'batch');
    return ofBatch.some(({ events }) => buildsOf(events).includes('new'));
  });
  const movedAt = performance.now();
  stage.say('the batch is on the new version; the old one drains …');
  while ((await running()).old) {
    stage.signal.throwIfAborted();
    await sleep(500);
  }
  const drainedAt = performance.now();
  const left = account.simulator.account.images.size;
  for (const worker of old) await worker.stop(40_000);
  const status = await untilEnded(stage, batch);

  const histories = await historiesOf(stage, account.name);
  const both = histories.filter(
    ({ type, events }) => type === 'serverMigration' && new Set(buildsOf(events)).size > 1,
  );
  const onBuild = (build) =>
    histories.filter(({ type, events }) => type === 'serverMigration' && buildsOf(events)[0] === build)
      .length;
  const mixed = { rule: 'each server stayed on the version that began it', holds: both.length === 0 };
  const used = { rule: 'both versions migrated servers', holds: onBuild('old') > 0 && onBuild('new') > 0 };
  return {
    title: 'An old and a new version of a worker deployment',
    head: ['step', 'after set-current-version'],
    rows: [
      ['the version is current', seconds(cameAt - switchedAt)],
      ['the batch is on the new version, by Continue-As-New', seconds(movedAt - switchedAt)],
      ['nothing runs on the old version: its workers are ended', seconds(drainedAt - switchedAt)],
    ],
    facts: [`${left} of ${servers} servers were migrated when the old workers were ended`],
    rules: [
      ...(await judge(stage, account, status)),
      { ...mixed, seen: `${both.length} on two` },
      { ...used, seen: `${onBuild('old')} by the old one, ${onBuild('new')} by the new one` },
    ],
  };
}

/** The builds that have completed the workflow's tasks, in order. */
const buildsOf = (events) =>
  events.flatMap(({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId ?? []);

/** A copy of this build in which a server's migration begins with a timer. */
function changedBuild({ root, folder }) {
  const from = join(folder, 'new-build');
  mkdirSync(from);
  cpSync(join(root, 'dist'), join(from, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(from, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(from, 'node_modules'));
  const bundle = join(from, 'dist', 'workflow-bundle.js');
  const code = readFileSync(bundle, 'utf8');
  const begins = 'async function migrate(input) {';
  if (code.split(begins).length !== 2) throw new Error(`${begins} is not once in the workflow bundle`);
  writeFileSync(bundle, code.replace(begins, `${begins} await (0, workflow_1.sleep)(100);`));
  return from;
}
