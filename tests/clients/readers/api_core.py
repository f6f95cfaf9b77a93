"""openapi-core: whether the answers of the site are as its description says."""

import json
import os

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from reading import tell


def read(path):
    description = OpenAPI.from_dict(json.loads(path.read_text()))
    address = f"{os.environ['SITE']}/api/v1/events/"
    listed = ask(description, address, {"page_size": 100})
    two = ask(description, address, {"fields": "slug,title"})
    return {
        "events": [ask(description, f"{address}{each['slug']}/", {}) for each in listed["results"]],
        "two fields": {"names": sorted(two["results"][0])},
    }


def ask(description, address, query):
    request = requests.Request("GET", address, params=query)
    answer = requests.get(address, params=query, timeout=30)
    asked = RequestsOpenAPIRequest(request)
    description.validate_request(asked)
    description.validate_response(asked, RequestsOpenAPIResponse(answer))
    return answer.json()


tell(read)
