/** Why an order is not carried out, for who has given it. */
export class OrderRefused extends Error {}

export const refusal = (message: string) => new OrderRefused(message);
