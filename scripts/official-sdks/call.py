# Calls DescribeSourceServers by the official SDKs for Python. Arguments: host:port, the name of the source.
import json
import sys

from alibabacloud_tea_openapi import models
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_util.models import RuntimeOptions
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

endpoint, name = sys.argv[1:]
key = ('smc-simulator', 'smc-simulator-secret')


def check(answer):
    if answer['TotalCount'] != 1:
        raise SystemExit('found %s sources' % answer['TotalCount'])


for algorithm in ('v2', None):
    for where in ('query', 'body'):
        config = models.Config(
            access_key_id=key[0],
            access_key_secret=key[1],
            endpoint=endpoint,
            protocol='http',
            signature_algorithm=algorithm,
        )
        params = models.Params(
            action='DescribeSourceServers',
            version='2019-06-01',
            protocol='HTTP',
            pathname='/',
            method='POST',
            auth_type='AK',
            style='RPC',
            req_body_type='formData',
            body_type='json',
        )
        request = models.OpenApiRequest(**{where: {'Name': name, 'PageSize': '5'}})
        check(Client(config).call_api(params, request, RuntimeOptions())['body'])

for method in ('GET', 'POST'):
    request = CommonRequest()
    request.set_domain(endpoint)
    request.set_version('2019-06-01')
    request.set_action_name('DescribeSourceServers')
    request.set_method(method)
    request.set_protocol_type('http')
    request.add_query_param('Name', name)
    check(json.loads(AcsClient(*key, 'cn-hangzhou').do_action_with_exception(request)))
