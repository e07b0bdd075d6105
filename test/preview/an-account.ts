import type { Plan, PlannedServer } from '../../src/plan';
import {
  type Simulator,
  type SimulatorOptions,
  simulatorCredentials,
  startSimulator,
} from '../../src/simulator';
import { createSmcClient, createTransport, type SmcClient } from '../../src/smc';

/** A simulated account whose time stands still, a client for it, and an environment in which commands find it. */
export interface Account {
  simulator: Simulator;
  smc: SmcClient;
  idOf(name: string): string;
  close(): Promise<void>;
}

export async function anAccount(options: SimulatorOptions = {}): Promise<Account> {
  const before = { ...process.env };
  const simulator = await startSimulator({ speed: 0, ...options });
  const credentials = async () => simulatorCredentials;
  const smc = createSmcClient(createTransport({ endpoint: simulator.endpoint, credentials }));
  Object.assign(process.env, {
    SMC_ENDPOINT: simulator.endpoint,
    SMC_POLL_INTERVAL: '30',
    ALIBABA_CLOUD_ACCESS_KEY_ID: simulatorCredentials.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: simulatorCredentials.accessKeySecret,
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
    ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
  });
  return {
    simulator,
    smc,
    idOf: (name) => simulator.account.sourceNames.get(name)!,
    async close() {
      process.env = before;
      process.exitCode = undefined;
      await smc.close();
      await simulator.close();
    },
  };
}

type ServerOptions = Partial<Omit<PlannedServer, 'job'>> & { job?: Partial<PlannedServer['job']> };

/** A plan for sources of these names. */
export function aPlan(servers: Record<string, ServerOptions>, more: Partial<Plan> = {}): Plan {
  return {
    name: 'exit',
    account: { id: 'default', quota: { jobs: 100, running: 50 } },
    policy: {
      maxConcurrent: 50,
      attempts: 3,
      restartDelaySeconds: 60,
      jobTimeoutSeconds: 604_800,
      stallTimeoutSeconds: 21_600,
      onFailure: 'deleteJob',
      lockoutDates: [],
      priority: 0,
    },
    waves: [{ name: 'all', overlap: false }],
    servers: Object.entries(servers).map(([name, { job, ...server }]) => ({
      name,
      sourceName: name,
      wave: 'all',
      ...server,
      job: { regionId: 'cn-hangzhou', systemDiskSize: 40, vSwitchId: 'vsw-1', ...job },
    })),
    ...more,
  };
}
