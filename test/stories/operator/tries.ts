/** Gives an order; gives whether it was not refused. */
export function tries(order: () => void): boolean {
  try {
    order();
    return true;
  } catch (error) {
    if ((error as Error).constructor.name !== 'OrderRefused') throw error;
    return false;
  }
}
