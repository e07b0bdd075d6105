import { connectClient, freePort } from '../../src/temporal';

test('an address that refuses connections is given up after the shorter patience', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  const settings = { address, namespace: 'default', connectionOptions: { address } };
  // With the longer patience this test would run into its timeout.
  await expect(connectClient(settings, { refusedMs: 20, silentMs: 3_600_000 })).rejects.toThrow(
    `No Temporal server answers at ${address}. Start a local one with 'smc-batch dev', or set TEMPORAL_ADDRESS.`,
  );
});
