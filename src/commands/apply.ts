import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { batchWorkflowId } from '../../workflows/ids';
import { changePlanUpdate, planChangesQuery } from '../../workflows/messages';
import type { Plan } from '../plan';
import { formatProblems, readPlan } from '../plan';
import { taskQueue } from '../temporal';
import { type BatchClient, batchClient, hasWorker, isPassing } from './batch-client';
import { confirm } from './confirm';
import { CommandFailure, exitCodes } from './failure';
import { failureOf, followUntilLeft } from './follow';
import { colors, type OutputFormat, outputOption, printer, printJson } from './output';
import { sendOrder, whoami } from './send-order';
import { temporalUiUrl, withClient, workflowUrl } from './session';

/** `apply PLAN`: start the batch, or take it up again. */
export function applyCommand(): Command {
  return new Command('apply')
    .summary('start a batch, or take it up again')
    .description(
      'start the batch of a plan, or take it up again: what is done is skipped, what runs is joined',
    )
    .argument('<plan>', 'the plan file (YAML or JSON)')
    .option('-y, --yes', 'do not ask first', false)
    .option('-w, --watch', 'stay and show the batch until it has ended', false)
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Applied again while it runs, a plan that has changed changes the batch, as far as that can still be done.

Examples:
  smc-batch apply batch.yaml                 shows what it would start, asks, starts it and returns
  smc-batch apply batch.yaml --yes --watch   starts it and stays until the last server has ended

Exit codes: 0 started (with --watch: all migrated, or you left), 2 the plan is not valid or the batch cannot change to
it, 3 finished with failed servers, 4 cancelled or not confirmed, 1 anything else.`,
    )
    .action(apply);
}

async function apply(
  path: string,
  options: { yes: boolean; watch: boolean; output: OutputFormat },
): Promise<void> {
  const plan = await validPlan(path);
  const print = printer(options.output);
  await withClient(async (client, settings) => {
    print(summary(plan));
    await confirm(`Start batch '${plan.name}'?`, options.yes);
    const batch = batchClient(client, plan.name);
    const how = await batch.start(plan);
    print(how === 'started' ? `Batch '${plan.name}' started.` : `Batch '${plan.name}' runs already: joined.`);
    if (how === 'attached') await changePlan(client, plan, options.yes, print);
    const ui = temporalUiUrl(settings);
    if (ui) print(`Temporal UI: ${workflowUrl(ui, settings.namespace, batchWorkflowId(plan.name))}`);
    await untilSurveyed(client, batch, options.watch);
    if (options.watch) {
      process.exitCode = await followUntilLeft(batch, options.output, client);
    } else if (options.output === 'json') {
      printJson({ batch: plan.name, workflowId: batchWorkflowId(plan.name), how });
    } else {
      print(`Watch it: smc-batch watch ${plan.name}`);
    }
  });
}

/** Reads the plan; prints every problem at once and ends with exit code 2 when there is any. */
export async function validPlan(path: string): Promise<Plan> {
  const read = await readPlan(path);
  const shown = [...read.problems, ...read.warnings];
  if (shown.length > 0) {
    process.stderr.write(
      `${formatProblems(shown, read.sources, { color: colors(process.stderr).isColorSupported })}\n`,
    );
  }
  if (read.plan) return read.plan;
  const count = read.problems.length;
  throw new CommandFailure(
    `${count} ${count === 1 ? 'problem' : 'problems'} in the plan: nothing was started.`,
    exitCodes.usage,
  );
}

/** A plan that differs from the one the batch runs by changes it, as far as it can still change. */
async function changePlan(
  client: Client,
  plan: Plan,
  yes: boolean,
  print: (line?: string) => void,
): Promise<void> {
  if (!(await hasWorker(client))) return;
  const changes = await client.workflow.getHandle(batchWorkflowId(plan.name)).query(planChangesQuery, plan);
  const { added, removed, changed, settings, refused } = changes;
  if (refused.length > 0) {
    throw new CommandFailure(
      `The plan differs from the one batch '${plan.name}' runs by, in ways that cannot change under way; nothing was changed:\n${refused.map((line) => `  ${line}`).join('\n')}`,
      exitCodes.usage,
    );
  }
  const lines = [
    added.length > 0 && `  + ${added.join(', ')}`,
    removed.length > 0 && `  - ${removed.join(', ')}`,
    changed.length > 0 && `  ~ ${changed.join(', ')}`,
    settings.length > 0 && `  ~ ${settings.join(', ')} of the batch`,
  ].filter((line) => line !== false);
  if (lines.length === 0) return;
  print(`The plan has changed:\n${lines.join('\n')}`);
  await confirm('Change it for what has not started?', yes);
  const answer = await sendOrder(client, plan.name, changePlanUpdate, { by: whoami(), plan });
  print(`Batch '${plan.name}': ${answer.done}.`);
}

function summary(plan: Plan): string {
  const { quota, id } = plan.account;
  const waves = plan.waves.map(
    ({ name }) => `${name} (${plan.servers.filter(({ wave }) => wave === name).length})`,
  );
  return (
    `Batch '${plan.name}': ${plan.servers.length} servers, waves ${waves.join(', ')}; ` +
    `account '${id}': ${quota.jobs} jobs may exist, ${quota.running} may run; at most ${plan.policy.maxConcurrent} at once.`
  );
}

/**
 * Waits until the batch has looked its sources up, which shows that worker, credentials and endpoint are right.
 * Throws a {@link CommandFailure} with what is wrong; unless the batch has failed it goes on and may yet succeed.
 */
async function untilSurveyed(client: Client, batch: BatchClient, stay: boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (let looks = 0; ; looks++) {
    if (looks === 4 && !(await hasWorker(client))) throw noWorker(batch);
    const status = await batch.status();
    if (status === 'FAILED') throw await failureOf(batch, status);
    const trouble = await batch.trouble();
    if (trouble && !stay) {
      throw new CommandFailure(
        `Batch '${batch.batch}' cannot look its sources up: ${trouble}\n` +
          `It goes on by itself once that works; to give up: smc-batch cancel ${batch.batch} --yes`,
      );
    }
    if (trouble || status !== 'RUNNING' || (looks > 0 && (await isSurveyed(client, batch)))) return;
    if (Date.now() > deadline) return;
    await sleep(250);
  }
}

/** A query needs a worker: without one it waits for its timeout. */
async function isSurveyed(client: Client, batch: BatchClient): Promise<boolean> {
  if (!(await hasWorker(client))) return false;
  const progress = await client
    .withDeadline(Date.now() + 8_000, () => batch.progress())
    .catch((error: unknown) => {
      throw isPassing(error) ? noWorker(batch) : error;
    });
  return progress.status !== 'surveying';
}

const noWorker = ({ batch }: BatchClient) =>
  new CommandFailure(
    `Batch '${batch}' is started, but no worker takes work from task queue '${taskQueue()}'. Start one with: smc-batch worker\n` +
      'One that runs already takes none before the SMC API lets it in: it says on stderr what is wrong.',
  );
