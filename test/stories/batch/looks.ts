import type { Plan, PlannedServer } from '../../../src/plan';
import {
  type Findings,
  takeFindings,
  takeLookUp,
  takeOverRunning,
  takeSurveyEnd,
} from '../../../workflows/batch/looks/findings';
import {
  type StrayLook,
  strayLook,
  takeStrays,
  takeStrayTrouble,
} from '../../../workflows/batch/looks/strays';
import type { Process } from '../clock/clock';
import { failure } from '../server/job-end';
import { type BatchHost, LookFailed } from './batch-host';

/** The first look at the account: nothing starts before. */
export function survey(host: BatchHost): void {
  const { around } = host.near;
  host.isSurveying = true;
  const { plan } = host.batch.state;
  host.process('survey', surveying(host, plan), () => {
    // One that was broken off ends when it is known what runs, as in the workflow.
    if (host.batch.state.stage === 'surveying' && !host.isBrokenOff)
      host.hear((batch, now) => takeSurveyEnd(batch, now));
  });
  around.count('survey');
}

function* surveying(host: BatchHost, plan: Plan): Process<void> {
  const findings = yield* lookUntilAnswered(host, plan);
  // Broken off meanwhile.
  if (host.batch.state.stage !== 'surveying' || host.isBrokenOff) return;
  const { batch } = host;
  takeFindings(batch, plan, findings, host.near.around.clock.now);
  host.watch.afterLook(host, findings);
  const look = strayLook(batch);
  yield host.later();
  while (host.near.around.random.chance(host.chances.looksFail)) yield host.later();
  const jobs = host.near.workflows.jobsOfBatch({ batch: plan.name, expected: look.expected });
  yield host.later();
  if (!host.isBrokenOff) takeStrays(batch, look, jobs, host.near.around.clock.now);
}

export function breakOffSurvey(host: BatchHost): void {
  if (host.isBrokenOff || !host.isSurveying) return;
  host.isBrokenOff = true;
  host.near.around.count('survey broken off');
  const { plan } = host.batch.state;
  const asked = plan.servers.map(({ name, sourceId }) => ({ name, sourceId }));
  host.ask(
    'take over',
    () => host.near.workflows.earlier(plan.name, asked),
    (found) => {
      takeOverRunning(host.batch, found, host.near.around.clock.now);
      host.hear((batch, now) => takeSurveyEnd(batch, now));
    },
  );
}

export function lookUpServers(host: BatchHost, servers: readonly PlannedServer[]): void {
  const { around } = host.near;
  const { plan } = host.batch.state;
  around.count('look-up');
  host.process('look-up', lookUp(host, plan, servers), (findings) =>
    host.hear((batch, now) => {
      takeLookUp(batch, plan, findings, now);
      host.watch.afterLook(host, findings);
    }),
  );
}

/** The first look at the account is made again until it is answered. */
function* lookUntilAnswered(host: BatchHost, plan: Plan): Process<Findings> {
  while (host.near.around.random.chance(host.chances.looksFail)) {
    host.near.around.count('survey failed');
    yield host.later();
  }
  return yield* found(host, plan, plan.servers);
}

/** Throws where the account refuses. */
export function* lookUp(host: BatchHost, plan: Plan, servers: readonly PlannedServer[]): Process<Findings> {
  if (host.near.around.random.chance(host.chances.looksFail)) {
    yield host.later();
    throw new LookFailed();
  }
  return yield* found(host, plan, servers);
}

function* found(host: BatchHost, plan: Plan, servers: readonly PlannedServer[]): Process<Findings> {
  const { workflows } = host.near;
  yield host.later();
  const surveyed = workflows.survey(plan.name, servers);
  yield host.later();
  const asked = surveyed.map(({ name, found }) => ({
    name,
    sourceId: found.length === 1 ? found[0] : undefined,
  }));
  const earlier = workflows.earlier(plan.name, asked);
  yield host.later();
  return { surveyed, earlier };
}

export function* lookForStrays(host: BatchHost, look: StrayLook): Process<void> {
  const { around, workflows } = host.near;
  yield host.later();
  around.count('stray look');
  if (around.random.chance(host.chances.looksFail)) {
    around.count('stray look failed');
    host.hear((batch, now) => takeStrayTrouble(batch, failure('Forbidden.RAM'), now));
    return;
  }
  const found = workflows.jobsOfBatch({ batch: host.name, expected: look.expected });
  yield host.later();
  host.hear((batch, now) => takeStrays(batch, look, found, now));
}
