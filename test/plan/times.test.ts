import { head, readText } from './a-plan';

const startOf = async (time: string) => {
  const { plan, problems } = await readText(
    `${head}servers: [{ sourceId: s-1, scheduledStartTime: "${time}" }]\n`,
  );
  return plan?.servers[0]?.job.scheduledStartTime ?? problems.map(({ message }) => message).join();
};

test.each([
  ['2030-01-31T22:00:00Z', '2030-01-31T22:00:00Z'],
  ['2030-01-31T22:00Z', '2030-01-31T22:00:00Z'],
  ['2030-01-31t22:00:00z', '2030-01-31T22:00:00Z'],
  ['2030-02-01T06:00:00+08:00', '2030-01-31T22:00:00Z'],
  ['2030-01-31T12:30:00.250-09:30', '2030-01-31T22:00:00Z'],
  ['2030-03-01T00:30:00+05:45', '2030-02-28T18:45:00Z'],
])('the time %s is %s', async (time, utc) => {
  expect(await startOf(time)).toBe(utc);
});

test.each([
  ['2030-01-31T22:00:00', 'a time with its offset from UTC'],
  ['2030-01-31 22:00', 'a time with its offset from UTC'],
  ['2030-02-01T06:00:00+0800', 'a time with its offset from UTC'],
  ['2030-02-30T06:00:00+08:00', 'a time that exists'],
  ['2030-01-31T24:00:00Z', 'a time that exists'],
  ['2030-01-31T22:60:00Z', 'a time that exists'],
  ['2030-02-01T06:00:00+15:00', 'an offset from -12:00 to +14:00'],
  ['2030-02-01T06:00:00+08:75', 'an offset from -12:00 to +14:00'],
])('the time %s is refused', async (time, why) => {
  expect(await startOf(time)).toContain(why);
});

const zone = (timezone: string) =>
  readText(
    `${head}waves: [{ name: a, window: { from: "22:00", to: "06:00", timezone: "${timezone}" } }]\nservers: [{ sourceId: s-1 }]\n`,
  );

test.each([
  ['Etc/GMT+8', 'Etc/GMT+8 is 8 hours behind UTC (UTC-8): its sign is the other way round'],
  ['Etc/GMT-3', 'Etc/GMT-3 is 3 hours ahead of UTC (UTC+3): its sign is the other way round'],
  ['EST', 'EST has no daylight saving time'],
  ['GMT', 'GMT has no daylight saving time'],
  ['CET', 'CET is an old name'],
  ['EST5EDT', 'EST5EDT is an old name'],
])('the time zone %s is warned of', async (name, warning) => {
  const { problems, warnings } = await zone(name);
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([
    {
      code: 'time-zone-trap',
      message: expect.stringContaining(warning),
      line: 4,
      column: expect.any(Number),
    },
  ]);
});

test.each(['UTC', 'Etc/UTC', 'Asia/Shanghai', 'America/Argentina/Buenos_Aires', 'PRC', 'Singapore'])(
  'the time zone %s is no trap',
  async (name) => {
    const { problems, warnings } = await zone(name);
    expect([...problems, ...warnings]).toEqual([]);
  },
);

test.each([
  ['CST', 'CST may be Asia/Shanghai, America/Chicago or America/Havana'],
  ['IST', 'Asia/Kolkata'],
  ['UTC+8', 'an offset has no daylight saving time'],
  ['+08:00', 'an offset has no daylight saving time'],
  ['ECT', 'an IANA time zone'],
])('%s is refused as a time zone', async (name, why) => {
  const { problems } = await zone(name);
  expect(problems).toMatchObject([{ code: 'invalid-value', message: expect.stringContaining(why) }]);
});
