import type { SimulatedAccount } from '../account/account';
import { utcTime } from '../account/clock';
import type { SimulatedJob } from './replication-job';

/** Makes the result of a run. An incremental job keeps its newest images; older ones are deleted. */
export function makeImage(account: SimulatedAccount, job: SimulatedJob): string | undefined {
  const { settings, regionId, sourceId, jobId } = job;
  const note = (imageId: string, name: string) => {
    account.record.imagesPerSource[sourceId] ??= [];
    account.record.imagesPerSource[sourceId].push({ jobId, imageId, name, at: utcTime(account.time) });
  };
  if (settings.targetType === 'ContainerImage') {
    const name = `${settings.containerNamespace}/${settings.containerRepository}:${settings.containerTag ?? 'latest'}`;
    note(name, name);
    return undefined;
  }
  if (settings.targetType !== 'Image') {
    note(settings.instanceId ?? '', settings.instanceId ?? '');
    return undefined;
  }
  const imageId = account.nextId('m');
  const name = freeImageName(account, job);
  account.images.set(imageId, { imageId, name, regionId, sourceId, jobId });
  account.imageNames.add(`${regionId}/${name}`);
  note(imageId, name);
  if (job.runs.length === 0 || settings.runOnce) settings.imageName = name;
  job.imageId = imageId;
  job.imageIds.push(imageId);
  const keep = settings.runOnce ? 1 : (settings.maxNumberOfImageToKeep ?? 1);
  while (job.imageIds.length > keep) dropImage(account, job.imageIds.shift()!);
  return imageId;
}

function freeImageName(account: SimulatedAccount, job: SimulatedJob): string {
  const wanted = job.settings.imageName ?? `SMC_${job.jobId}`;
  const isNameFree = (name: string) => !account.imageNames.has(`${job.regionId}/${name}`);
  if (isNameFree(wanted)) return wanted;
  const base = wanted.endsWith(`_${job.jobId}`) ? wanted : `${wanted}_${job.jobId}`;
  let name = base;
  for (let n = 2; !isNameFree(name); n++) name = `${base}_${n}`;
  return name;
}

function dropImage(account: SimulatedAccount, imageId: string): void {
  const image = account.images.get(imageId);
  if (!image) return;
  account.images.delete(imageId);
  account.imageNames.delete(`${image.regionId}/${image.name}`);
}
