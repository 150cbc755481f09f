"""The JSON face under /v1: routes by collection and by action, their bodies and answers, and OpenAPI."""
