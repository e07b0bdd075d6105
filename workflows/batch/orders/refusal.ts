/** The refusal of an order, with the reason for the operator. */
export class OrderRefused extends Error {}

export const refusal = (message: string) => new OrderRefused(message);
