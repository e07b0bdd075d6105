import type { Prices } from './prices';

/** What a batch uses of what is billed. */
export interface CostQuantities {
  /** Hours of intermediate instances, in the plan's order of waves. */
  waves: { name: string; instanceHours: number }[];
  /** Hours of the intermediate instances of jobs that stayed after their servers had ended; absent where there are none. */
  leftoverInstanceHours?: number;
  /** The images: at most, for SMC does not tell how full the disks are. */
  snapshotGiB: number;
  publicTrafficGiB: number;
  /** Over VPN or Express Connect, which no price here is for. */
  vpcTrafficGiB: number;
}

/** In the currency; what has no price is absent. */
export interface PricedCosts {
  currency: string;
  /** With those of jobs left. */
  instances?: number;
  leftovers?: number;
  publicTraffic?: number;
  /** For each month that the images are kept. */
  snapshotsAMonth?: number;
  /** Instances and traffic. */
  once: number;
}

/** Quantities, with what they come to where prices are given. */
export interface Costs extends CostQuantities {
  /** Of all waves and of jobs left. */
  instanceHours: number;
  priced?: PricedCosts;
}

/** Sums the hours up, and prices them. */
export function pricedCosts(quantities: CostQuantities, prices?: Prices): Costs {
  const { waves, leftoverInstanceHours = 0, snapshotGiB, publicTrafficGiB, vpcTrafficGiB } = quantities;
  const instanceHours = waves.reduce((sum, wave) => sum + wave.instanceHours, leftoverInstanceHours);
  return {
    waves: waves.map((wave) => ({ ...wave, instanceHours: inHundredths(wave.instanceHours) })),
    ...(inHundredths(leftoverInstanceHours) > 0 && {
      leftoverInstanceHours: inHundredths(leftoverInstanceHours),
    }),
    instanceHours: inHundredths(instanceHours),
    snapshotGiB: inTenths(snapshotGiB),
    publicTrafficGiB: inTenths(publicTrafficGiB),
    vpcTrafficGiB: inTenths(vpcTrafficGiB),
    ...(prices && {
      priced: priced({ instanceHours, leftoverInstanceHours, snapshotGiB, publicTrafficGiB }, prices),
    }),
  };
}

function priced(
  used: {
    instanceHours: number;
    leftoverInstanceHours: number;
    snapshotGiB: number;
    publicTrafficGiB: number;
  },
  { currency, instanceHour, snapshotGiBMonth, publicTrafficGiB }: Prices,
): PricedCosts {
  const cost = (quantity: number, price: number | undefined) =>
    price === undefined ? undefined : inHundredths(quantity * price);
  const instances = cost(used.instanceHours, instanceHour);
  const publicTraffic = cost(used.publicTrafficGiB, publicTrafficGiB);
  return {
    currency,
    instances,
    leftovers: used.leftoverInstanceHours > 0 ? cost(used.leftoverInstanceHours, instanceHour) : undefined,
    publicTraffic,
    snapshotsAMonth: cost(used.snapshotGiB, snapshotGiBMonth),
    once: inHundredths((instances ?? 0) + (publicTraffic ?? 0)),
  };
}

const inHundredths = (value: number) => Math.round(value * 100) / 100;
const inTenths = (value: number) => Math.round(value * 10) / 10;
