import type { z } from 'zod';
import type { Draft, DraftServer } from './files/draft';
import type { Plan, PlannedServer, Wave } from './plan';
import type { planHeadSchema } from './schema/plan-schema';

/** The input of the workflows, from a plan without problems; plain JSON. */
export function resolvedPlan(head: z.output<typeof planHeadSchema>, draft: Draft): Plan {
  const { restartDelay, jobTimeout, stallTimeout, maxConcurrent, stopAfterSameError, ...policy } =
    head.policy;
  return {
    name: head.name,
    account: head.account,
    policy: {
      ...policy,
      maxConcurrent: maxConcurrent ?? head.account.quota.running,
      restartDelaySeconds: restartDelay,
      jobTimeoutSeconds: jobTimeout,
      stallTimeoutSeconds: stallTimeout,
      ...(stopAfterSameError === undefined ? {} : { stopAfterSameError }),
    },
    waves: head.waves?.map(resolvedWave) ?? [{ name: 'all', overlap: false }],
    servers: draft.servers.map(resolvedServer),
  };
}

type HeadWave = NonNullable<z.output<typeof planHeadSchema>['waves']>[number];

function resolvedWave({ defaults: _, ...wave }: HeadWave): Wave {
  return wave;
}

function resolvedServer(server: DraftServer): PlannedServer {
  const { sourceId, sourceName, dependsOn, exclusive, cutoverAt, done } = server.settings;
  return {
    name: server.name!,
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(sourceName === undefined ? {} : { sourceName }),
    wave: server.wave!.name!,
    job: { ...server.job, regionId: server.job.regionId! },
    ...(dependsOn?.length ? { dependsOn } : {}),
    ...(exclusive === undefined ? {} : { exclusive }),
    ...(cutoverAt === undefined ? {} : { cutoverAt }),
    ...(done === undefined ? {} : { done }),
  };
}
