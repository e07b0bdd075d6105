import type { Faults } from '../faults/faults';
import type { SourceOptions } from './source-server';

/** What an account is made of. Everything has a default; times are simulated seconds unless their name says otherwise. */
export interface SimulatorOptions {
  /** 0 (default): a free one. */
  port?: number;
  /** How many varied source servers there are (default 10), or exactly these. */
  servers?: number | SourceOptions[];
  /** The same seed gives the same servers, ids and faults. */
  seed?: string | number;
  /** Simulated seconds in one real second; default 1. With 0 time stands until `account.skip` is called. */
  speed?: number;
  /** Jobs that may exist in the account; default 100. */
  jobsQuota?: number;
  /** Jobs that may run at once; default 50. */
  runningQuota?: number;
  /** The one key pair that is accepted; default {@link simulatorCredentials}. */
  credentials?: { accessKeyId: string; accessKeySecret: string };
  faults?: Faults;
  /** A job that was created, changed or deleted is shown as it was before for so long; default 0. */
  readLagSeconds?: number;
  /** The account is kept in this file, and read from it at the start. */
  stateFile?: string;
  /** Megabits a second into one intermediate instance; default 100. */
  bandwidthMbps?: number;
  /** Megabytes a second at which an image is made; default 30. */
  imageMBps?: number;
  /** Default 120. */
  preparingSeconds?: number;
  /** Default 60. */
  cleaningSeconds?: number;
  /** Every run takes exactly so long, whatever the server's size; 0 ends it as it starts. */
  jobSeconds?: number;
  /** How long a deleted job or source stays `Deleting`; default 5. */
  deletingSeconds?: number;
  /** Whether answers have the fields that came after the 2020 reference edition (Tags, …); default true. */
  newerFields?: boolean;
  /** vSwitches whose VPC the account knows; any other `vsw-…` is taken as long as no VpcId is given with it. */
  vSwitches?: Record<string, string>;
  /**
   * Scheduled syncs start though the running quota is full; default false: they wait for a minute and try again. What SMC
   * does is not published.
   */
  syncsExceedQuota?: boolean;
  /** VPCs that SMC may make for intermediate instances without a vSwitch; default: any number. */
  vpcQuota?: number;
}

/** The key pair the simulator takes where no other was given. It opens nothing else. */
export const simulatorCredentials = {
  accessKeyId: 'smc-simulator',
  accessKeySecret: 'smc-simulator-secret',
} as const;

/** The options with every default in its place. */
export type ResolvedOptions = Required<
  Omit<SimulatorOptions, 'faults' | 'stateFile' | 'jobSeconds' | 'vpcQuota'>
> &
  Pick<SimulatorOptions, 'faults' | 'stateFile' | 'jobSeconds' | 'vpcQuota'>;

/** Fills the defaults in. */
export function resolveOptions(options: SimulatorOptions): ResolvedOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    port: 0,
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
