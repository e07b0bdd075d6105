import { z } from 'zod';

const price = z.number().nonnegative().max(1_000_000);

const fields = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "three capital letters like 'CNY'")
    .describe('of all prices in the file'),
  instanceHour: price.optional().describe('an hour of an intermediate instance, with its disks'),
  snapshotGiBMonth: price.optional().describe('a GiB of snapshot for a month: the images'),
  publicTrafficGiB: price
    .optional()
    .describe('a GiB from the source to Alibaba Cloud over the Internet, as your provider bills it'),
});

/** A file of prices, as it is written. */
export const pricesSchema = z.strictObject({ costs: fields });

/** What things cost, in one currency; a price that is absent is not known. */
export type Prices = z.output<typeof fields>;
