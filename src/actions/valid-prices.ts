import { type Prices, readPrices } from '../costs';
import { CommandFailure, exitCodes } from '../terminal/failure';
import { showProblems } from '../terminal/plan-problems';

/** Reads a file of prices; prints every problem at once and ends with exit code 2 when there is any. */
export async function validPrices(file: string): Promise<Prices> {
  const { prices, problems, sources } = await readPrices(file);
  if (prices) return prices;
  showProblems({ problems, warnings: [], sources });
  const count = problems.length;
  throw new CommandFailure(`${count} ${count === 1 ? 'problem' : 'problems'} in ${file}.`, exitCodes.usage);
}
