import { documentsOf, filesBelow, schemaFindings, textOf, yamlOf } from './deploy-files';

const definitions: Record<string, string> = {
  Namespace: 'io.k8s.api.core.v1.Namespace',
  ServiceAccount: 'io.k8s.api.core.v1.ServiceAccount',
  Deployment: 'io.k8s.api.apps.v1.Deployment',
  PodDisruptionBudget: 'io.k8s.api.policy.v1.PodDisruptionBudget',
  NetworkPolicy: 'io.k8s.api.networking.v1.NetworkPolicy',
};
const base = 'deploy/kubernetes/base';
const sample = 'deploy/kubernetes/worker-controller';
const monitoring = 'deploy/kubernetes/monitoring';
const kustomization = yamlOf(`${base}/kustomization.yaml`);
const manifests: [string, { kind: string }][] = kustomization.resources.flatMap((name: string) =>
  documentsOf(`${base}/${name}`).map((manifest) => [name, manifest]),
);
const deployment = yamlOf(`${base}/deployment.yaml`);
const workerDeployment = yamlOf(`${sample}/worker-deployment.yaml`);

test.each(manifests)('%s is what Kubernetes takes', (_, manifest) => {
  expect(schemaFindings('kubernetes.json', manifest, definitions[manifest.kind])).toEqual([]);
});

test('a mistake in a manifest is found', () => {
  const wrong = structuredClone(deployment);
  wrong.spec.template.spec.containers[0].readinesProbe = {};
  expect(schemaFindings('kubernetes.json', wrong, definitions.Deployment).join()).toContain('readinesProbe');
});

test('the kustomizations name every manifest beside them', () => {
  for (const folder of [base, sample, monitoring]) {
    const { resources, configurations = [] } = yamlOf(`${folder}/kustomization.yaml`);
    const named = [...resources, ...configurations].filter((name: string) => !name.startsWith('..'));
    expect([...named, 'kustomization.yaml'].sort()).toEqual(
      filesBelow(folder)
        .map((path) => path.slice(folder.length + 1))
        .sort(),
    );
  }
});

test('the image has the version of the package', () => {
  const { version } = JSON.parse(textOf('package.json'));
  for (const folder of [base, sample])
    expect(yamlOf(`${folder}/kustomization.yaml`).images).toEqual([{ name: 'smc-batch', newTag: version }]);
});

test('every selector finds the workers', () => {
  const { labels } = deployment.spec.template.metadata;
  const selectors = [
    deployment.spec.selector.matchLabels,
    yamlOf(`${base}/disruption-budget.yaml`).spec.selector.matchLabels,
    yamlOf(`${base}/network-policy.yaml`).spec.podSelector.matchLabels,
  ];
  for (const selector of selectors) expect(labels).toMatchObject(selector);
});

test('probes and the scrape ask the port that the workers serve, and the network policy lets them in', () => {
  const [container] = deployment.spec.template.spec.containers;
  const address = kustomization.configMapGenerator[0].literals
    .find((line: string) => line.startsWith('SMC_METRICS_ADDRESS='))
    .split(':');
  expect(container.ports).toEqual([{ name: 'metrics', containerPort: Number(address[1]) }]);
  for (const probe of ['startupProbe', 'livenessProbe'])
    expect(container[probe].httpGet).toEqual({ path: '/healthz', port: 'metrics' });
  expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'metrics' });
  const { spec } = yamlOf(`${monitoring}/pod-monitor.yaml`);
  expect(deployment.spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  expect(spec.podMetricsEndpoints[0]).toMatchObject({ port: 'metrics', path: '/metrics' });
  const policy = yamlOf(`${base}/network-policy.yaml`).spec;
  expect(policy.ingress[0].ports).toEqual([{ protocol: 'TCP', port: Number(address[1]) }]);
});

test('a node can be drained: there are more workers than must stay', () => {
  const { minAvailable } = yamlOf(`${base}/disruption-budget.yaml`).spec;
  expect(deployment.spec.replicas).toBeGreaterThan(minAvailable);
});

test('pods have the service account of the RAM role, no right on their node, and settings that exist', () => {
  const { spec } = deployment.spec.template;
  const [container] = spec.containers;
  expect(spec.serviceAccountName).toBe(yamlOf(`${base}/service-account.yaml`).metadata.name);
  expect(spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const settings = kustomization.configMapGenerator.map(({ name }: { name: string }) => name);
  expect(settings).toContain(container.envFrom[0].configMapRef.name);
  expect(`${spec.securityContext.runAsUser}:${spec.securityContext.runAsGroup}`).toBe(
    /^USER (.*)$/m.exec(textOf('Dockerfile'))?.[1],
  );
});

test('the sample for the worker controller runs the pods of the base', () => {
  expect(workerDeployment.spec.template).toEqual(deployment.spec.template);
  expect(workerDeployment.spec.replicas).toBe(deployment.spec.replicas);
  expect(workerDeployment.spec.workerOptions.connectionRef.name).toBe(
    yamlOf(`${sample}/connection.yaml`).metadata.name,
  );
});
