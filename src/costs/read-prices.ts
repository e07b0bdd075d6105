import { type PlanProblem, readYamlFile } from '../plan';
import { type Prices, pricesSchema } from './prices';

/** A file of prices, read and judged. */
export interface PricesRead {
  /** Present when there are no problems. */
  prices?: Prices;
  problems: PlanProblem[];
  /** The text that was read, by the file's name; for code frames. */
  sources: Map<string, string>;
}

/**
 * Reads a file of prices and tells every mistake in it at once, each with its place.
 *
 * @example
 * // costs: { currency: CNY, instanceHour: 0.5 }
 * const { prices, problems } = await readPrices('costs.yaml');
 */
export async function readPrices(file: string): Promise<PricesRead> {
  const { data, problems, sources } = await readYamlFile(file, pricesSchema);
  return { ...(data && { prices: data.costs }), problems, sources };
}
