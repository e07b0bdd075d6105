import { sizeProblem } from '../../batch-client/batch-size';
import { type Plan, readPlan } from '../../plan';
import { CommandFailure, exitCodes } from '../../terminal/failure';
import { showProblems } from '../../terminal/plan-problems';
import { counted } from '../../text';

/** Reads the plan; prints every problem at once and ends with exit code 2 when there is any. */
export async function validPlan(path: string): Promise<Plan> {
  const read = await readPlan(path);
  showProblems(read);
  if (read.plan) {
    const tooLarge = await sizeProblem(read.plan);
    if (tooLarge) throw new CommandFailure(`${path}: ${tooLarge}. Nothing was done.`, exitCodes.usage);
    return read.plan;
  }
  const count = read.problems.length;
  throw new CommandFailure(`${counted(count, 'problem')} in the plan: nothing was done.`, exitCodes.usage);
}
