/** When each job of a simulated account was created, started, ended, and first looked at after its end. */
import type { Simulator } from '../src/simulator';

/** Milliseconds since the epoch, by this machine's clock. */
export interface JobTimes {
  createdAt: number;
  startedAt?: number;
  endedAt?: number;
  /** The first look at jobs after its end. */
  seenAt?: number;
}

/** Notes the times of all jobs from now on, by the name of their server. A job is read at each call: it is gone soon after its end. */
export function noteJobTimes({ account }: Simulator): Map<string, JobTimes> {
  const times = new Map<string, JobTimes>();
  const unseen = new Set<JobTimes>();
  const began = Date.now() - account.clock.realMs();
  const at = (virtual: number) => began + account.clock.realMsAt(virtual);
  const engine = account.faultEngine;
  const { onCall } = engine;
  engine.onCall = (call) => {
    const now = Date.now();
    for (const { sourceId, status, createdAt, startTime, endTime } of account.jobs.values()) {
      const { name } = account.sources.get(sourceId)!;
      const known = times.get(name) ?? { createdAt: at(createdAt) };
      times.set(name, known);
      if (startTime !== undefined) known.startedAt ??= at(startTime);
      if (endTime === undefined || status === 'Running' || known.endedAt !== undefined) continue;
      known.endedAt = at(endTime);
      unseen.add(known);
    }
    if (call.operation === 'DescribeReplicationJobs') {
      for (const one of unseen) one.seenAt = now;
      unseen.clear();
    }
    return onCall.call(engine, call);
  };
  return times;
}
