import type { Order, OrderTrial } from '../../contract/orders';
import { type CarriedBatch, carriedBatch, unpackedBatch } from '../carry/carried-batch';
import { type Batch, batchOf } from '../state';
import { checkOrder, type OrderKind, type OrderRule, type Orders, rules } from './orders';
import { OrderRefused } from './refusal';

/** What an order would do now: it is carried out on a copy of the batch, so that it cannot be another thing than is said. */
export function tryOrder(batch: Batch, kind: string, order: Order, now: number): OrderTrial {
  if (!isOrder(kind)) return { refused: `there is no order '${kind}'` };
  const given = order as Orders[typeof kind];
  try {
    checkOrder(batch, kind, given);
    const rule = rules[kind] as OrderRule<typeof given>;
    const { would, servers } = rule.carryOut(copyOf(batch), given, now);
    return { would, servers };
  } catch (error) {
    if (error instanceof OrderRefused) return { refused: error.message };
    throw error;
  }
}

const isOrder = (kind: string): kind is OrderKind => Object.hasOwn(rules, kind);

/** What is done with it changes nothing in this one. */
function copyOf({ state: { planChange, ...carried } }: Batch): Batch {
  const copy = unpackedBatch(JSON.parse(JSON.stringify(carriedBatch(carried))) as CarriedBatch);
  // Only as long as a run lives: it is no JSON.
  return batchOf({ ...copy, planChange });
}
