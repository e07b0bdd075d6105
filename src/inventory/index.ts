/** What source servers an account has, what of each is known, and the plan that would migrate them. */
export { inventoryHeader, inventoryRow } from './inventory-rows';
export { migratedBytes, migratedDataDisks } from './migrated-size';
export { canBeServerName, diskNotes, diskSettings, planSkeleton } from './plan-skeleton';
export {
  allSources,
  type InventorySource,
  readInventory,
  sourcesById,
} from './read-inventory';
export {
  type DiskFacts,
  isMainlandRegion,
  mainlandRule,
  type SourceFacts,
  type Trouble,
  troubleOf,
} from './source-facts';
