import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

// Certificates are made when a test runs: no key lies in the repository, and none expires. Node signs, but writes no certificates.

/** A server's key and certificate, and the certificate of the authority that has signed it; PEM. */
export interface Certificates {
  key: string;
  cert: string;
  ca: string;
}

/** A certificate for these host names, of an authority that nobody trusts unless told to. */
export function certificatesFor(hosts: readonly string[]): Certificates {
  const [authority, server] = [newKey(), newKey()];
  const ca = certificate({
    subject: 'smc-batch test authority',
    issuer: 'smc-batch test authority',
    publicKey: authority.publicKey,
    signer: authority.privateKey,
    extensions: [extension('551d13', true, sequence(boolean(true)))],
  });
  const cert = certificate({
    subject: hosts[0]!,
    issuer: 'smc-batch test authority',
    publicKey: server.publicKey,
    signer: authority.privateKey,
    extensions: [extension('551d11', false, sequence(...hosts.map(alternativeName)))],
  });
  return { key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, cert, ca };
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Facts {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  signer: KeyObject;
  extensions: Buffer[];
}

/** RFC 5280. */
function certificate({ subject, issuer, publicKey, signer, extensions }: Facts): string {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const now = Date.now();
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer),
    sequence(time(now - 3_600_000), time(now + 86_400_000)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, signer)));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function tlv(tag: number, ...content: Buffer[]): Buffer {
  const all = Buffer.concat(content);
  const { length } = all;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), all]);
}

const sequence = (...parts: Buffer[]) => tlv(0x30, ...parts);
const tagged = (nth: number, content: Buffer) => tlv(0xa0 + nth, content);
const integer = (bytes: Buffer) => tlv(0x02, bytes);
const boolean = (value: boolean) => tlv(0x01, Buffer.from([value ? 255 : 0]));
const bits = (bytes: Buffer) => tlv(0x03, Buffer.from([0]), bytes);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'));
const text = (value: string) => tlv(0x0c, Buffer.from(value));
const time = (at: number) =>
  tlv(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]|\..*/g, '')}Z`));
const name = (common: string) => sequence(tlv(0x31, sequence(oid('550403'), text(common))));
const extension = (id: string, isCritical: boolean, value: Buffer) =>
  sequence(oid(id), ...(isCritical ? [boolean(true)] : []), tlv(0x04, value));

const alternativeName = (host: string) =>
  /^[\d.]+$/.test(host) ? tlv(0x87, Buffer.from(host.split('.').map(Number))) : tlv(0x82, Buffer.from(host));
