// Calls DescribeSourceServers by the official SDKs for Node. Arguments: host:port, the name of the source.
const { default: Client, Config, Params, OpenApiRequest } = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');
const { RPCClient } = require('@alicloud/pop-core');

const [endpoint, Name] = process.argv.slice(2);
const key = { accessKeyId: 'smc-simulator', accessKeySecret: 'smc-simulator-secret' };
const check = ({ TotalCount }) => {
  if (TotalCount !== 1) throw new Error(`found ${TotalCount} sources`);
};

async function main() {
  for (const signatureAlgorithm of ['v2', undefined])
    for (const where of ['query', 'body'])
      for (const securityToken of [undefined, 'CAIS/token+with==']) {
        const config = new Config({ ...key, securityToken, endpoint, protocol: 'http', signatureAlgorithm });
        config.type = securityToken ? 'sts' : undefined;
        const params = new Params({
          action: 'DescribeSourceServers',
          version: '2019-06-01',
          protocol: 'HTTP',
          pathname: '/',
          method: 'POST',
          authType: 'AK',
          style: 'RPC',
          reqBodyType: 'formData',
          bodyType: 'json',
        });
        const request = new OpenApiRequest({ [where]: { Name, PageSize: 5 } });
        check((await new Client(config).callApi(params, request, new RuntimeOptions({}))).body);
      }
  const old = new RPCClient({ endpoint: `http://${endpoint}`, apiVersion: '2019-06-01', ...key });
  for (const method of ['GET', 'POST']) check(await old.request('DescribeSourceServers', { Name }, { method }));
  process.exit(0);
}
main();
