// Calls DescribeSourceServers by the official SDK for Go. Arguments: host:port, the name of the source.
package main

import (
	"fmt"
	"os"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	util "github.com/alibabacloud-go/tea-utils/v2/service"
	"github.com/alibabacloud-go/tea/tea"
)

func main() {
	for _, algorithm := range []string{"v2", ""} {
		for _, where := range []string{"query", "body"} {
			config := &openapi.Config{
				AccessKeyId:     tea.String("smc-simulator"),
				AccessKeySecret: tea.String("smc-simulator-secret"),
				Endpoint:        tea.String(os.Args[1]),
				Protocol:        tea.String("http"),
			}
			if algorithm != "" {
				config.SignatureAlgorithm = tea.String(algorithm)
			}
			client, err := openapi.NewClient(config)
			if err != nil {
				panic(err)
			}
			params := &openapi.Params{
				Action:      tea.String("DescribeSourceServers"),
				Version:     tea.String("2019-06-01"),
				Protocol:    tea.String("HTTP"),
				Pathname:    tea.String("/"),
				Method:      tea.String("POST"),
				AuthType:    tea.String("AK"),
				Style:       tea.String("RPC"),
				ReqBodyType: tea.String("formData"),
				BodyType:    tea.String("json"),
			}
			request := &openapi.OpenApiRequest{}
			if where == "query" {
				request.Query = map[string]*string{"Name": tea.String(os.Args[2]), "PageSize": tea.String("5")}
			} else {
				request.Body = map[string]interface{}{"Name": os.Args[2], "PageSize": "5"}
			}
			answer, err := client.CallApi(params, request, &util.RuntimeOptions{})
			if err != nil {
				panic(err)
			}
			if body := answer["body"].(map[string]interface{}); fmt.Sprint(body["TotalCount"]) != "1" {
				panic(fmt.Sprint("found ", body["TotalCount"], " sources"))
			}
		}
	}
}
