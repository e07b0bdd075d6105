import { fromWire, toWireParams, wireName } from '../../src/smc';

describe('requests on the wire', () => {
  it('flattens lists with 1-based indices under the singular name', () => {
    expect(
      toWireParams({
        sourceId: 's-1',
        jobIds: ['j-1', 'j-2'],
        tags: [{ key: 'app', value: '' }, { key: 'team' }],
        systemDiskParts: [{ device: '0_0', sizeBytes: 1024, block: false }],
        dataDisks: [
          { index: 1, size: 40 },
          { index: 2, size: 80, parts: [{ device: '2_0' }, { device: '2_1', sizeBytes: 7 }] },
        ],
      }),
    ).toEqual({
      SourceId: 's-1',
      'JobId.1': 'j-1',
      'JobId.2': 'j-2',
      'Tag.1.Key': 'app',
      'Tag.1.Value': '',
      'Tag.2.Key': 'team',
      'SystemDiskPart.1.Device': '0_0',
      'SystemDiskPart.1.SizeBytes': '1024',
      'SystemDiskPart.1.Block': 'false',
      'DataDisk.1.Index': '1',
      'DataDisk.1.Size': '40',
      'DataDisk.2.Index': '2',
      'DataDisk.2.Size': '80',
      'DataDisk.2.Part.1.Device': '2_0',
      'DataDisk.2.Part.2.Device': '2_1',
      'DataDisk.2.Part.2.SizeBytes': '7',
    });
  });

  it('flattens the newer disk layout', () => {
    expect(
      toWireParams({
        disks: {
          system: { size: 40, lvm: true, parts: [{ path: '/boot', sizeBytes: 7 }] },
          data: [{ diskId: 'd-1', size: 80 }],
        },
      }),
    ).toEqual({
      'Disks.System.Size': '40',
      'Disks.System.LVM': 'true',
      'Disks.System.Part.1.Path': '/boot',
      'Disks.System.Part.1.SizeBytes': '7',
      'Disks.Data.1.DiskId': 'd-1',
      'Disks.Data.1.Size': '80',
    });
  });

  it('leaves out what is not given, and writes booleans and numbers as text', () => {
    expect(toWireParams({ runOnce: false, netMode: 0, name: undefined, vpcId: null, jobIds: [] })).toEqual({
      RunOnce: 'false',
      NetMode: '0',
    });
  });

  it.each([
    ['vSwitchId', 'VSwitchId'],
    ['maxNumberOfImageToKeep', 'MaxNumberOfImageToKeep'],
    ['resourceIds', 'ResourceId'],
    ['tagKeys', 'TagKey'],
    ['sourceIds', 'SourceId'],
    ['instanceIds', 'InstanceId'],
    ['lvm', 'LVM'],
  ])('names %s as the API does', (ours, theirs) => {
    expect(wireName(ours)).toBe(theirs);
  });
});

it('answers are named as our requests are', () => {
  expect(fromWire({ RequestId: 'R', Jobs: { Job: [{ VSwitchId: 'vsw-1', LVM: true }, null, 1] } })).toEqual({
    requestId: 'R',
    jobs: { job: [{ vSwitchId: 'vsw-1', lvm: true }, null, 1] },
  });
});
