// A batch on the stage: applied by the command line, followed, and judged by the account's own audit.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Applies a plan for all sources of the account. */
export async function applyBatch(stage, account) {
  const { name, simulator } = account;
  const { jobsQuota: jobs, runningQuota: running } = simulator.account.options;
  const plan = {
    version: 1,
    name,
    account: { id: name, quota: { jobs, running } },
    defaults: { regionId: 'cn-hangzhou', systemDiskSize: 500, vSwitchId: 'vsw-simulator-a' },
    servers: [...simulator.account.sources.values()].map(({ sourceId }) => ({ sourceId, name: sourceId })),
  };
  const file = join(stage.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(plan));
  await stage.smcBatch(account, 'apply', file, '--yes');
  const require = createRequire(join(stage.root, 'dist', 'of-the-build'));
  return require('./src/batch-client/batch-client.js').batchClient(stage.client, name);
}

/** Waits until so many servers have their image. */
export async function untilImages(stage, { name, simulator }, count) {
  const late = Date.now() + 900_000;
  let said = simulator.account.images.size;
  while (simulator.account.images.size < count) {
    stage.signal.throwIfAborted();
    if (Date.now() > late) throw new Error(`${name}: ${simulator.account.images.size} of ${count} images`);
    if (simulator.account.images.size >= said + 10) {
      said = simulator.account.images.size;
      stage.say(`${name}: ${said} images`);
    }
    await sleep(50);
  }
}

/** Waits for the end of the batch. */
export async function untilEnded(stage, batch) {
  for (;;) {
    stage.signal.throwIfAborted();
    const status = await batch.status().catch(() => 'RUNNING');
    if (status !== 'RUNNING') return status;
    await sleep(250);
  }
}

/** Calls that had an effect in the account, or could have had. */
export const changingCalls = ({ simulator }) => sumOf(simulator, (operation) => !isRead(operation));
export const looks = ({ simulator }) =>
  sumOf(simulator, (operation) => operation === 'DescribeReplicationJobs');

const isRead = (operation) => /^(Describe|List)/.test(operation);
const sumOf = ({ account }, counts) =>
  Object.entries(account.audit().calls.perOperation)
    .filter(([operation]) => counts(operation))
    .reduce((sum, [, { accepted }]) => sum + accepted, 0);

/** What must hold when a batch has ended: each rule with what was seen. */
export async function judge(stage, account, status) {
  const { simulator, name } = account;
  const audit = simulator.account.audit();
  const servers = simulator.account.sources.size;
  const once = (counts) => counts.length === servers && counts.every((count) => count === 1);
  const images = Object.values(audit.images.perSource).map((made) => made.length);
  const creates = Object.values(audit.creates.perSource);
  const { peakExisting, peakRunning, leftovers } = audit.jobs;
  const { jobs, running } = audit.quota;
  const wrongReplays = await nonDeterminism(stage, name);
  return [
    ['the batch has ended well', status === 'COMPLETED', status],
    ['each server has exactly one image', once(images), `${audit.images.total} images of ${servers} servers`],
    ['each server had exactly one job', once(creates), `${audit.creates.tookEffect} jobs`],
    ['no job is left', leftovers.length === 0, `${leftovers.length} left`],
    ['no billed instance is left', audit.instances.now === 0, `${audit.instances.now} left`],
    ['never more jobs than the quota', peakExisting <= jobs, `at most ${peakExisting} of ${jobs} existed`],
    ['never more running', peakRunning <= running, `at most ${peakRunning} of ${running} ran`],
    ['every replay was deterministic', wrongReplays === 0, `${wrongReplays} workflow tasks failed`],
  ].map(([rule, holds, seen]) => ({ rule, holds, seen }));
}

/** Every run of the batch, its servers and its quota, with its history. */
export async function historiesOf({ client }, name) {
  const found = [];
  const query = `TaskQueue = '${name}'`;
  for await (const { workflowId, runId, type, status } of client.workflow.list({ query })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push({ workflowId, runId, type, status: status.name, events });
  }
  return found;
}

/** WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR, by its name or its number. */
const isNonDeterministic = (cause) => cause === 24 || String(cause).includes('NON_DETERMINISTIC');

async function nonDeterminism(stage, name) {
  const histories = await historiesOf(stage, name);
  return histories
    .flatMap(({ events }) => events)
    .filter(({ workflowTaskFailedEventAttributes: failed }) => failed && isNonDeterministic(failed.cause))
    .length;
}
