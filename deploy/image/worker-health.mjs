// The health check of the image: exit code 0 while the worker takes work, by its own page (SMC_METRICS_ADDRESS). Without that page:
// while a TCP connection to Temporal, or to the proxy before it, is established. A worker holds one from its start to its end; it
// does not tell whether the account works. Temporal's address is that of TEMPORAL_ADDRESS: a profile file is not read.
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';

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

/** What is wrong by the worker's own page; undefined where nothing is. */
function wrongByPage(address) {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  const everywhere = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };
  const url = `http://${everywhere[host] ?? host}:${port}/readyz`;
  return new Promise((resolve) => {
    const request = get(url, { timeout: 4_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : text.trim()));
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 4 s')));
    request.on('error', (error) => resolve(`${url}: ${error.message}`));
  });
}

function wrongByConnection(env) {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path));
  const connected = tables.flatMap((path) => connectedPorts(readFileSync(path, 'utf8')));
  const ports = temporalPorts(env);
  if (connected.some((port) => ports.includes(port))) return undefined;
  return `No connection to Temporal: none is established to port ${[...new Set(ports)].join(' or ')}.`;
}

const { SMC_METRICS_ADDRESS: page } = process.env;
const wrong = page ? await wrongByPage(page) : wrongByConnection(process.env);
if (wrong !== undefined) {
  console.error(wrong);
  process.exitCode = 1;
}
