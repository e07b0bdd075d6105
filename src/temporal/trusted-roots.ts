import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Where Linux distributions keep the authorities that the machine trusts. */
const machineRoots = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/**
 * The authorities of `NODE_EXTRA_CA_CERTS` with those of Node and of the machine, as PEM; undefined where the variable is not set or
 * its file cannot be read, of which Node warns. Node's own TLS trusts them by itself. The SDK's native code and gRPC do not: they take
 * whole lists alone.
 */
export function trustedRoots(env: NodeJS.ProcessEnv = process.env): Buffer | undefined {
  const extra = env.NODE_EXTRA_CA_CERTS && read(env.NODE_EXTRA_CA_CERTS);
  if (!extra) return undefined;
  const machine = [env.SSL_CERT_FILE, ...machineRoots].map((path) => path && read(path)).find(Boolean);
  return Buffer.from([extra, ...rootCertificates, machine].filter(Boolean).join('\n'));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
