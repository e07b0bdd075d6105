import { InvalidArgumentError } from 'commander';

/** Reads a number from the command line: at least `min`, whole unless told otherwise. */
export function numberFrom(min: number, { whole = true } = {}): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(number) || number < min || (whole && !Number.isInteger(number)))
      throw new InvalidArgumentError(`a ${whole ? 'whole ' : ''}number from ${min}`);
    return number;
  };
}
