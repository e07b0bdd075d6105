/** `2026-03-01 10:05:12 UTC`: the same in every time zone. */
export const utcTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
