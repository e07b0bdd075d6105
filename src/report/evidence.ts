import type { JobEvidence } from '../../workflows/contract/ends/job-evidence';
import type { BatchReport } from './report-schema';
import { utcTime } from './utc-time';

/** The evidence of the servers of a report, by name. */
export const evidenceByServer = ({ servers }: Pick<BatchReport, 'servers'>) =>
  new Map(servers.flatMap(({ server, evidence }) => (evidence ? [[server, evidence] as const] : [])));

/** As a view or a report has it: the moment as milliseconds or as ISO 8601. */
export type ShownEvidence = Omit<JobEvidence, 'readAt'> & { readAt: number | string };

/** What SMC said of a failed server's job and source, in SMC's words, a name and a text each. */
export function evidenceFacts({ jobId, readAt, job, source }: ShownEvidence): [string, string][] {
  const seen = `${utcTime(new Date(readAt).toISOString())}: `;
  return [
    ['job said', `${seen}${job ? jobFacts(jobId, job) : `${jobId} was not listed`}`],
    ...(job?.statusInfo ? [['StatusInfo', job.statusInfo] as [string, string]] : []),
    ...(job?.runs ?? []).map((run): [string, string] => ['run', runFacts(run)]),
    ...(source ? [['source was', sourceFacts(source)] as [string, string]] : []),
  ];
}

function jobFacts(jobId: string, job: NonNullable<JobEvidence['job']>): string {
  const { status, businessStatus, progress, errorCode, transitionInstanceId } = job;
  const where = [
    status,
    businessStatus && `in ${businessStatus}`,
    progress !== undefined && `at ${progress} %`,
  ];
  return [
    `${jobId} ${where.filter(Boolean).join(' ')}`,
    errorCode && `ErrorCode ${errorCode}`,
    job.creationTime && `created ${smcTime(job.creationTime)}`,
    job.startTime && `started ${smcTime(job.startTime)}`,
    job.endTime && `ended ${smcTime(job.endTime)}`,
    transitionInstanceId && `intermediate instance ${transitionInstanceId}`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** SMC: UTC ISO 8601; another text is shown as it is. */
const smcTime = (text: string) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? utcTime(text) : text);

const runFacts = ({
  type,
  startTime,
  endTime,
  imageId,
}: NonNullable<NonNullable<JobEvidence['job']>['runs']>[number]) =>
  [
    type,
    startTime && `from ${smcTime(startTime)}`,
    endTime && `to ${smcTime(endTime)}`,
    imageId && `image ${imageId}`,
  ]
    .filter(Boolean)
    .join(' ');

const sourceFacts = ({ sourceId, state, errorCode, statusInfo }: NonNullable<JobEvidence['source']>) =>
  [`${sourceId} ${state}`, errorCode && `ErrorCode ${errorCode}`, statusInfo].filter(Boolean).join(', ');
