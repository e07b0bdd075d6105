/** Units of a size, in bytes. Tools that write GB and MB mean the binary ones, and a disk a little larger does no harm. */
export const bytesOfUnit = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;
export type SizeUnit = keyof typeof bytesOfUnit;
export const sizeUnits = Object.keys(bytesOfUnit) as [SizeUnit, ...SizeUnit[]];
