import { createTransport, type SmcError, type Transport, type TransportOptions } from '../../src/smc';
import { aServer, type Reply } from './a-server';

export const accessKeySecret = 'Zq7/secret+key=';
export const securityToken = 'CAIS/token+with==';

const ended: (() => Promise<unknown>)[] = [];

/** Ends the servers and transports of the test before. */
export async function endAll(): Promise<void> {
  for (const end of ended.splice(0).reverse()) await end();
}

/** A transport to a server that answers with `reply`. */
export async function against(reply: Reply, options: Partial<TransportOptions> = {}) {
  const server = await aServer(reply);
  endAfterwards(server.close);
  return { server, transport: aTransport({ endpoint: server.endpoint, ...options }) };
}

export function aTransport(options: Partial<TransportOptions>): Transport {
  const transport = createTransport({
    credentials: async () => ({ accessKeyId: 'LTAI-id', accessKeySecret }),
    timeoutMs: 5_000,
    ...options,
  });
  endAfterwards(() => transport.close());
  return transport;
}

export function endAfterwards(end: () => Promise<unknown>): void {
  ended.push(end);
}

/** The error of a call that must fail. */
export const failure = (call: Promise<unknown>): Promise<SmcError> =>
  call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error) => error,
  );
