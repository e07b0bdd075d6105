/** What a migration costs: quantities that are known, and prices where somebody has given them. */
export { type CostQuantities, type Costs, type PricedCosts, pricedCosts } from './costs';
export { type Prices, pricesSchema } from './prices';
export { type PricesRead, readPrices } from './read-prices';
