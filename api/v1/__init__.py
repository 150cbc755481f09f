"""The JSON face under /v1: routes by collection, their bodies and answers, and OpenAPI."""
