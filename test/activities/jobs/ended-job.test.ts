import { endedJob } from '../../../activities/jobs/ended-job';

test.each([
  ['Brand.New', 'Look the code up in the SMC documentation, or open a ticket.'],
  ['S1', 'Install rsync on the source server, restart its SMC client, then retry the server.'],
  ['QuotaExceeded.Disk', 'Ask for a higher quota: in Quota Center, or by ticket.'],
  ['Account.Arrearage', 'Pay the open bills, or add money to the account.'],
  ['InternalError', 'See the job in the SMC console, and remove the cause.'],
  [undefined, 'See the job in the SMC console, and remove the cause.'],
])(
  'a job that has failed with %s has a remedy without a RequestId or a repeated call',
  (errorCode, remedy) => {
    expect(
      endedJob({ jobId: 'j-1', status: 'InError', errorCode, replicationJobRuns: [] } as never).error?.remedy,
    ).toBe(remedy);
  },
);
