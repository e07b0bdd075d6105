import { Context } from '@temporalio/activity';
import {
  type EarlierServers,
  type EarlierServersInput,
  earlierServers,
  namesake,
  type RunningServer,
} from './earlier-servers';

/** Finds the servers of a batch whose workflows run, and earlier migrations. */
export function findEarlierServers(input: EarlierServersInput): Promise<EarlierServers> {
  const { client, heartbeat, info } = Context.current();
  // The time by Temporal's clock, like the ends of the workflows; this worker's may differ.
  return earlierServers(client, input, { now: info.currentAttemptScheduledTimestampMs, beat: heartbeat });
}

/** The workflow that runs under a server's name, found by its id: Temporal's lists may not have it yet. */
export function findNamesake(input: { batch: string; server: string }): Promise<RunningServer | undefined> {
  const { client, heartbeat } = Context.current();
  return namesake(client, input, heartbeat);
}
