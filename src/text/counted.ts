/** `1 server`, `1,000 servers`. It is also part of workflows, where no calendar or locale of a machine may count. */
export const counted = (count: number, noun: string): string =>
  `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;

/** The verb of so many: `has` of one, `have` of several. */
export const verbOf = (count: number, one: string, several: string): string => (count === 1 ? one : several);
