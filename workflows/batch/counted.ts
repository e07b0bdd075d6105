/** `1 server`, `24 servers`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The verb of so many: `has` of one, `have` of several. */
export const verbOf = (count: number, one: string, several: string): string => (count === 1 ? one : several);
