import { type jobSettingsSchema, targetTypes } from '../../smc';

/** The help text of each job setting, for editors and `docs/plan.md`. */
export const settingHelp: Record<
  Exclude<keyof typeof jobSettingsSchema.shape, 'name'>,
  { description: string; examples?: unknown[]; enum?: readonly string[] }
> = {
  regionId: {
    description: 'Region the image (or instance) is made in. Required for every server.',
    examples: ['cn-hangzhou'],
  },
  description: { description: 'Description of the job: 2 to 128 characters, starts with a letter.' },
  imageName: {
    description:
      'Name of the image: 2 to 128 letters, digits, ":", "_", "-", starts with a letter. Taken already in the region: SMC appends the job ID.',
  },
  targetType: {
    description: 'What the migration makes. Default Image; Instance needs instanceId.',
    enum: targetTypes,
  },
  instanceId: { description: 'The instance to migrate to, for targetType Instance.', examples: ['i-bp1…'] },
  scheduledStartTime: {
    description:
      'Time with its offset; the server waits until then, without a slot. Its job is created and started then, as soon as a slot is free. One in the past: at once.',
    examples: ['2030-01-31T22:00:00Z'],
  },
  validTime: {
    description:
      'Time with its offset; the job expires then. 7 to 90 days after its creation, 30 days by default.',
    examples: ['2030-02-28T00:00:00Z'],
  },
  systemDiskSize: {
    description:
      "GiB, 20 to 2048; more than the used space of the source's system disk. Recommended for every server.",
  },
  dataDisks: { description: 'Data disks of the target: index (1 to 16, as on the source) and size in GiB.' },
  disks: {
    description: 'The newer way to lay the disks out: system and data, each with size in GiB, lvm and parts.',
  },
  systemDiskParts: { description: 'Partitions of the system disk: device and sizeBytes, block.' },
  frequency: { description: 'Hours between two runs of an incremental job, 1 to 168. With runOnce false.' },
  maxNumberOfImageToKeep: {
    description: 'Images of an incremental job that are kept, 1 to 10. With runOnce false.',
  },
  instanceType: { description: 'Type of the intermediate instance.', examples: ['ecs.c6.large'] },
  instanceRamRole: { description: 'RAM role of the intermediate instance, for container images.' },
  containerNamespace: { description: 'Container Registry namespace, for targetType ContainerImage.' },
  containerRepository: { description: 'Container Registry repository, for targetType ContainerImage.' },
  containerTag: { description: 'Tag of the container image.' },
  licenseType: { description: 'License of the migrated system, such as BYOL.' },
  launchTemplateId: { description: 'Launch template SMC starts an instance from when the image is made.' },
  launchTemplateVersion: { description: 'Version of the launch template.' },
  tags: { description: 'Tags of the job, at most 18: key to value. Merged with the tags of the defaults.' },
  netMode: { description: '0: data travels over the Internet (default); 2: over a VPC, needs vSwitchId.' },
  vpcId: { description: 'VPC of the intermediate instance. Needs vSwitchId.', examples: ['vpc-bp1…'] },
  vSwitchId: {
    description: 'vSwitch of the intermediate instance. Without it SMC makes a VPC for each running job.',
    examples: ['vsw-bp1…'],
  },
  replicationParameters: {
    description: "The replication driver's parameters, as JSON text or as a map.",
    examples: [{ bandwidth_limit: 0, compress_level: 7, checksum: true }],
  },
  runOnce: {
    description: 'true (default): one full migration. false: incremental; needs frequency and more.',
  },
  jobType: { description: "SMC's kind of job; leave it out for a server migration." },
  resourceGroupId: { description: 'Resource group of the job.' },
};
