import { sizeProblem } from '../../batch-client/batch-size';
import { type Plan, type PlanProblem, readPlan } from '../../plan';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { linesTo, printJson, sayAside } from '../../terminal/output';
import { showProblems } from '../../terminal/plan-problems';
import { displayWidth, padded } from '../../text';

/** Shows every problem of a plan at once; throws for exit code 2 where there is one. */
export async function validate(file: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const { plan: read, problems, warnings, sources } = await readPlan(file);
  const tooLarge = read && (await sizeProblem(read));
  // No single server is wrong, so the place of the problem is the whole plan.
  if (tooLarge) problems.push({ code: 'plan-too-large', message: tooLarge, file, line: 1, column: 1 });
  const plan = tooLarge ? undefined : read;
  if (output === 'json') {
    const result = { valid: plan !== undefined, problems, warnings, summary: plan && summaryOf(plan) };
    printJson(result);
  } else {
    showProblems({ problems, warnings, sources });
    for (const line of plan ? summaryLines(file, plan, warnings) : []) linesTo(process.stdout)(line);
    if (!plan) sayAside(`${file}: ${counted(problems.length, 'problem')}`);
  }
  if (!plan) throw new CommandFailure('', exitCodes.usage);
}

interface Summary {
  batch: string;
  account: Plan['account'];
  maxConcurrent: number;
  servers: number;
  waves: { name: string; servers: number }[];
}

function summaryOf(plan: Plan): Summary {
  const counts = new Map<string, number>();
  for (const { wave } of plan.servers) counts.set(wave, (counts.get(wave) ?? 0) + 1);
  return {
    batch: plan.name,
    account: plan.account,
    maxConcurrent: plan.policy.maxConcurrent,
    servers: plan.servers.length,
    waves: plan.waves.map(({ name }) => ({ name, servers: counts.get(name) ?? 0 })),
  };
}

function summaryLines(file: string, plan: Plan, warnings: PlanProblem[]): string[] {
  const { batch, account, maxConcurrent, servers, waves } = summaryOf(plan);
  const longest = Math.max(...waves.map(({ name }) => displayWidth(name)));
  const most = Math.max(...waves.map((wave) => String(wave.servers).length));
  const lines = waves.map((wave, i) => {
    const count = counted(wave.servers, 'server').padStart(most + ' servers'.length);
    return `  ${padded(wave.name, longest)}  ${count}  ${gateText(plan.waves[i]!)}`.trimEnd();
  });
  const { jobs, running } = account.quota;
  return [
    `${file} is valid: batch ${batch}, ${counted(servers, 'server')} in ${counted(waves.length, 'wave')}`,
    ...lines,
    `  at most ${maxConcurrent} at once; account ${account.id} has a quota of ${jobs} jobs, ${running} running`,
    ...(warnings.length > 0 ? [`  ${counted(warnings.length, 'warning')}`] : []),
  ];
}

function gateText({ after, failureThreshold, window }: Plan['waves'][number]): string {
  const gates: string[] = [];
  if (after) gates.push(`after ${after}`);
  if (window) {
    const days = window.days ? ` ${window.days.join(',')}` : '';
    gates.push(`${window.from} to ${window.to} ${window.timezone}${days}`);
  }
  if (failureThreshold) {
    const most =
      'count' in failureThreshold
        ? failureThreshold.count
        : `${Number((failureThreshold.share * 100).toFixed(2))}%`;
    gates.push(`stops after more than ${most} failed`);
  }
  return gates.join('; ');
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
