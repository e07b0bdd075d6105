import { holdRules, outcomeOf } from '../an-account';

const gone = async (work: Promise<unknown>) => ((await work) ? 'there' : 'gone');

holdRules('DeleteSourceServer', [
  {
    rule: 'a source without a job is Deleting for a while, then gone',
    when: async ({ smc, account, source }) => {
      await smc.deleteSourceServer({ sourceId: 's-web' });
      const during = (await source())?.state;
      account.skip(5);
      return [during, await gone(source())];
    },
    gives: ['Deleting', 'gone'],
  },
  {
    rule: 'a running job: refused, also by force',
    when: async ({ smc, start }) => {
      await start();
      return Promise.all(
        [false, true].map((force) => outcomeOf(smc.deleteSourceServer({ sourceId: 's-web', force }))),
      );
    },
    gives: ['SourceServer.WithRunningReplicationJob', 'SourceServer.WithRunningReplicationJob'],
  },
  {
    rule: 'a job that does not run: refused without force, and the refusal names the job',
    when: async ({ raw, create }) => {
      const jobId = await create();
      const { Code, Message } = await raw('DeleteSourceServer', { sourceId: 's-web' });
      return [Code, Message.includes(jobId)];
    },
    gives: ['ReplicationJob.Related', true],
  },
  {
    rule: 'force deletes the job that does not run, and its intermediate instance',
    when: async ({ smc, sync, account, source, job }) => {
      const jobId = await sync();
      await smc.stopReplicationJob({ jobId });
      await smc.deleteSourceServer({ sourceId: 's-web', force: true });
      account.skip(5);
      return [await gone(source()), await gone(job(jobId)), account.audit().instances.now];
    },
    gives: ['gone', 'gone', 0],
  },
  {
    rule: 'a source that is being deleted: SourceServerState.Invalid',
    when: async ({ smc }) => {
      await smc.deleteSourceServer({ sourceId: 's-web' });
      return smc.deleteSourceServer({ sourceId: 's-web' });
    },
    gives: 'SourceServerState.Invalid',
  },
]);
