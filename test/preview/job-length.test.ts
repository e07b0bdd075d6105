import { jobLength } from '../../src/preview';

test("SMC's published examples come out: 10 GB and 100 GB at 100 Mbit/s, 10 GB at 10 Mbit/s", () => {
  const minutes = ({ syncing, processing }: ReturnType<typeof jobLength>) => (syncing + processing) / 60;
  expect(minutes(jobLength({ bytes: 10e9 }))).toBeCloseTo(18.9, 1);
  expect(jobLength({ bytes: 100e9 }).total / 3600).toBeCloseTo(3.2, 1);
  const slow = jobLength({ bytes: 10e9, bandwidthLimitKbps: 10_000 });
  expect(slow.syncing / 3600).toBeCloseTo(2.22, 2);
  expect(slow.processing / 3600).toBeCloseTo(0.09, 2);
});

test('a limit above what the network gives, or of 0, changes nothing', () => {
  const free = jobLength({ bytes: 10e9 });
  expect(jobLength({ bytes: 10e9, bandwidthLimitKbps: 0 })).toEqual(free);
  expect(jobLength({ bytes: 10e9, bandwidthLimitKbps: 1_000_000 })).toEqual(free);
});

test('an empty disk takes what preparing and cleaning take', () => {
  expect(jobLength({ bytes: 0 })).toEqual({
    preparing: 120,
    syncing: 0,
    processing: 0,
    cleaning: 60,
    total: 180,
  });
});
