import type { Faults } from '../faults/faults';
import { loopback } from '../loopback';
import type { SourceOptions } from './source-server';

/** The options of an account. Each has a default; times are simulated seconds unless their name says otherwise. */
export interface SimulatorOptions {
  /** 0 (default): any free port. */
  port?: number;
  /** The address to listen on; default 127.0.0.1. */
  host?: string;
  /** The number of varied source servers (default 10), or a list of them. */
  servers?: number | SourceOptions[];
  /** The same seed gives the same servers, ids and faults. */
  seed?: string | number;
  /** Simulated seconds in one real second; default 1. With 0 only `account.skip` moves the time. */
  speed?: number;
  /** Jobs that may exist in the account; default 100. */
  jobsQuota?: number;
  /** Jobs that may run at once; default 50. */
  runningQuota?: number;
  /** The one key pair that is accepted; default {@link simulatorCredentials}. */
  credentials?: { accessKeyId: string; accessKeySecret: string };
  faults?: Faults;
  /** For so long reads show a job as it was before it was created, changed or deleted; default 0. */
  readLagSeconds?: number;
  /** The file that keeps the account, and that it is read from at the start. */
  stateFile?: string;
  /** Megabits a second into one intermediate instance; default 100. */
  bandwidthMbps?: number;
  /** Megabytes per second at which an image is made; default 30. */
  imageMBps?: number;
  /** Default 120. */
  preparingSeconds?: number;
  /** Default 60. */
  cleaningSeconds?: number;
  /** The length of every job run, whatever the server's size; with 0 a run ends when it starts. */
  jobSeconds?: number;
  /** How long a deleted job or source stays `Deleting`; default 5. */
  deletingSeconds?: number;
  /** Whether answers have the fields that came after the 2020 reference edition (Tags, …); default true. */
  newerFields?: boolean;
  /** vSwitches whose VPC the account knows; any other `vsw-…` is taken as long as no VpcId is given with it. */
  vSwitches?: Record<string, string>;
  /**
   * Whether scheduled syncs start while the running quota is full; default false: they try again a minute later. SMC does not
   * publish what it does.
   */
  syncsExceedQuota?: boolean;
  /** The number of VPCs that SMC may make for intermediate instances without a vSwitch; default: no limit. */
  vpcQuota?: number;
}

/** The simulator's default key pair. No real account has it. */
export const simulatorCredentials = {
  accessKeyId: 'smc-simulator',
  accessKeySecret: 'smc-simulator-secret',
} as const;

/** The options with their defaults. */
export type ResolvedOptions = Required<
  Omit<SimulatorOptions, 'faults' | 'stateFile' | 'jobSeconds' | 'vpcQuota'>
> &
  Pick<SimulatorOptions, 'faults' | 'stateFile' | 'jobSeconds' | 'vpcQuota'>;

/** Fills the defaults in. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    port: 0,
    host: loopback,
    servers: 10,
    seed: 1,
    speed: 1,
    jobsQuota: 100,
    runningQuota: 50,
    credentials: simulatorCredentials,
    readLagSeconds: 0,
    bandwidthMbps: 100,
    imageMBps: 30,
    preparingSeconds: 120,
    cleaningSeconds: 60,
    deletingSeconds: 5,
    syncsExceedQuota: false,
    newerFields: true,
    vSwitches: {
      'vsw-simulator-a': 'vpc-simulator-a',
      'vsw-simulator-b': 'vpc-simulator-b',
    },
    ...given,
  };
}
