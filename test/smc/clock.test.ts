import { json, type Reply } from './a-server';
import { against, endAll, failure } from './a-transport';

afterEach(endAll);

describe('a clock that is wrong', () => {
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
      const isOff = Math.abs(Date.parse(request.params.Timestamp ?? '') - now) > 15 * 60_000;
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
      const { server, transport } = await against(serviceAhead(() => minutes));
      await transport.call('A', {});
      expect(server.seen).toHaveLength(2);
      expect(server.seen[0]!.params.SignatureNonce).not.toBe(server.seen[1]!.params.SignatureNonce);
      await transport.call('A', {});
      expect(server.seen).toHaveLength(3);
    },
  );

  it('is set for calls that are refused at the same time', async () => {
    const { server, transport } = await against(serviceAhead(() => 120));
    await Promise.all([1, 2, 3].map(() => transport.call('A', {})));
    await transport.call('A', {});
    expect(server.seen).toHaveLength(7);
  });

  it('and then is put right is followed', async () => {
    let minutes = 120;
    const { transport } = await against(serviceAhead(() => minutes));
    await transport.call('A', {});
    minutes = 0;
    await transport.call('A', {});
  });

  it.each([
    ['the service keeps refusing', () => new Date(Date.now() + 7_200_000).toUTCString(), 2],
    ['the service tells our own time', () => new Date().toUTCString(), 1],
    ['the service tells no time', () => 'none', 1],
  ])('is an error when %s', async (_, date, requests) => {
    const { server, transport } = await against((...args) => json(refused, 400, { date: date() })(...args));
    expect(await failure(transport.call('A', {}))).toMatchObject({
      name: 'SmcError',
      code: 'InvalidTimeStamp.Expired',
      class: 'transient',
    });
    expect(server.seen).toHaveLength(requests);
  });
});
