import type { SignatureKind } from '../../src/smc';
import { json, type Reply } from './a-server';
import { against, endAll, failure } from './a-transport';

afterEach(endAll);

describe.each<SignatureKind>(['1.0', 'v3'])('a clock that is wrong, with signature %s', (signature) => {
  const refused = {
    RequestId: 'R',
    Code: 'InvalidTimeStamp.Expired',
    Message: 'Specified time stamp is expired.',
  };
  /** A service whose clock is so many minutes before ours, and that takes timestamps 15 minutes off. */
  const serviceAhead =
    (minutes: () => number): Reply =>
    (response, request, message) => {
      const now = Date.now() + minutes() * 60_000;
      const isOff =
        Math.abs(Date.parse(String(request.params.Timestamp ?? request.headers['x-acs-date'])) - now) >
        15 * 60_000;
      const headers = { date: new Date(now).toUTCString() };
      (isOff ? json(refused, 400, headers) : json({ RequestId: 'R' }, 200, headers))(
        response,
        request,
        message,
      );
    };

  it.each([-120, 120, 60 * 24 * 365])(
    'by %d minutes is set by the service, once for all',
    async (minutes) => {
      const { server, transport } = await against(
        serviceAhead(() => minutes),
        { signature },
      );
      await transport.call('A', {});
      expect(server.seen).toHaveLength(2);
      const nonces = server.seen.map(
        ({ params, headers }) => params.SignatureNonce ?? headers['x-acs-signature-nonce'],
      );
      expect(new Set(nonces).size).toBe(2);
      await transport.call('A', {});
      expect(server.seen).toHaveLength(3);
    },
  );

  it('is set for calls that are refused at the same time', async () => {
    const { server, transport } = await against(
      serviceAhead(() => 120),
      { signature },
    );
    await Promise.all([1, 2, 3].map(() => transport.call('A', {})));
    await transport.call('A', {});
    expect(server.seen).toHaveLength(7);
  });

  it('and then is put right is followed', async () => {
    let minutes = 120;
    const { transport } = await against(
      serviceAhead(() => minutes),
      { signature },
    );
    await transport.call('A', {});
    minutes = 0;
    await transport.call('A', {});
  });

  it.each<[string, () => string, number, RegExp]>([
    [
      'the service keeps refusing',
      () => new Date(Date.now() + 7_200_000).toUTCString(),
      2,
      /expired\. This machine's clock says \S+Z, the service's \S+Z: 7(19|20)\d s behind it$/,
    ],
    [
      'the service tells our own time',
      () => new Date().toUTCString(),
      1,
      /clock says \S+Z, the service's \S+Z: (they agree|\d s ahead of it)$/,
    ],
    [
      'the service tells no time',
      () => 'none',
      1,
      /clock says \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ; the service does not tell its time$/,
    ],
  ])('is an error with both times when %s', async (_, date, requests, message) => {
    const { server, transport } = await against((...args) => json(refused, 400, { date: date() })(...args), {
      signature,
    });
    const error = await failure(transport.call('A', {}));
    expect(error).toMatchObject({ name: 'SmcError', code: 'InvalidTimeStamp.Expired', class: 'transient' });
    expect(error.facts.message).toMatch(message);
    expect(error.remedy).toMatch(/NTP/);
    expect(server.seen).toHaveLength(requests);
  });
});
