import { smcBatchCommand } from '../text';
import { planJsonSchema } from './schema/json-schema';

export interface StarterPlanOptions {
  /** The batch's name. */
  name: string;
  regionId: string;
  /** Whether the servers are in the plan, or in `servers.csv` beside it. */
  servers: 'yaml' | 'csv';
}

/** The files of a starter plan, by name: they are valid, with example servers to replace. */
export function starterPlan(options: StarterPlanOptions): Record<string, string> {
  return {
    'batch.yaml': planText(options),
    'smc-batch.schema.json': `${JSON.stringify(planJsonSchema(), null, 2)}\n`,
    ...(options.servers === 'csv' ? { 'servers.csv': csvText } : {}),
  };
}

function planText({ name, regionId, servers }: StarterPlanOptions): string {
  // Quoted as in JSON, which YAML reads as text: a name like 007 stays a text.
  return `# yaml-language-server: $schema=./smc-batch.schema.json
version: 1
name: ${JSON.stringify(name)} # the batch; also its id in Temporal

# The account's limits: jobs that may exist, and jobs that may run at once.
account: { quota: { jobs: 100, running: 50 } }

# Settings of every job, as CreateReplicationJob has them; a wave or a server can say otherwise.
defaults:
  regionId: ${JSON.stringify(regionId)}
  targetType: Image
  systemDiskSize: 80 # GiB; more than what is used on the source
  # netMode: 2 # over a VPC: Express Connect or a VPN gateway
  # vSwitchId: vsw-bp1… # without it SMC makes a VPC for each running job
  # replicationParameters: { bandwidth_limit: 0, compress_level: 7 }

policy:
  maxConcurrent: 10 # servers of this batch that run at once
  attempts: 3 # starts of one job before it counts as failed
  jobTimeout: 7d # a job that runs longer is stopped, and its server fails
  onFailure: deleteJob # or keepJob: its billed instance stays until you delete it

# Waves run in this order. A server without \`wave\` is in the first one.
waves:
  - name: canary
    failureThreshold: 0 # stop the batch when more servers than this failed
  - name: rest
    after: approval # then: ${smcBatchCommand('approve', [name, 'rest'])}
    failureThreshold: 10%
    # window: { from: "22:00", to: "06:00", timezone: Asia/Shanghai, days: [mon, tue, wed, thu] }

${servers === 'csv' ? csvServers : yamlServers}`;
}

const yamlServers = `# The servers to migrate, by the id or the name of their source: replace these.
servers:
  - sourceId: s-bp1example00001
    name: web-01
    wave: canary
    imageName: web-01-migrated
    tags: { app: shop }
  - sourceName: db-01 # as SMC shows it
    wave: rest
    imageName: db-01-migrated
    dataDisks: [{ index: 1, size: 200 }]
    # runOnce: false # incremental: a run every 12 hours until you cut over
    # frequency: 12
    # maxNumberOfImageToKeep: 3
    # dependsOn: [web-01]
`;

const csvServers = `# One row per server; its header names fields of a server: wave, imageName, tags.app, dataDisks[1].size, …
servers:
  csv: servers.csv
  # columns: { Hostname: sourceName, Owner: null } # headers that are no fields: what they mean, or null
`;

const csvText = `sourceId,sourceName,name,wave,imageName,systemDiskSize,dataDisks[1].size,tags.app
s-bp1example00001,,web-01,canary,web-01-migrated,,,shop
,db-01,,rest,db-01-migrated,120,200,shop
`;
