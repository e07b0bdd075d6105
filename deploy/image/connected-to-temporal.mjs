// The health check of the image: exit code 0 while a TCP connection to Temporal (or to the proxy before it) is established.
// A worker holds one from its start to its end. It does not tell whether the account works: the worker's log does. Temporal's
// address is that of TEMPORAL_ADDRESS: a profile file is not read.
import { existsSync, readFileSync } from 'node:fs';

const established = '01';

/** The remote ports of this network namespace's established TCP connections, from the text of /proc/net/tcp or tcp6. */
function connectedPorts(table) {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === established)
    .map((columns) => Number.parseInt(columns[2].split(':')[1], 16));
}

/** The ports that lead to Temporal by these settings. */
function temporalPorts(env) {
  const address = env.TEMPORAL_ADDRESS || '127.0.0.1:7233';
  const proxies = [env.https_proxy, env.HTTPS_PROXY, env.http_proxy, env.HTTP_PROXY].filter(Boolean);
  return [Number(/:(\d+)$/.exec(address)?.[1] ?? 7233), ...proxies.map(portOf)];
}

function portOf(url) {
  const { port, protocol } = new URL(/^\w+:\/\//.test(url) ? url : `http://${url}`);
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path));
const connected = tables.flatMap((path) => connectedPorts(readFileSync(path, 'utf8')));
const ports = temporalPorts(process.env);
if (!connected.some((port) => ports.includes(port))) {
  console.error(
    `No connection to Temporal: none is established to port ${[...new Set(ports)].join(' or ')}.`,
  );
  process.exitCode = 1;
}
