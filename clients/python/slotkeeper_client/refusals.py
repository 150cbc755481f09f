"""What is raised: a class for each code of a problem is in `slotkeeper_client.codes`, which is generated."""

from typing import ClassVar

import httpx

from slotkeeper_client.models.shared import Problem


class Refusal(Exception):
    """The server's answer is a problem (RFC 9457). `retry_after`: seconds after which the same may succeed."""

    code: ClassVar[str] = ""
    problem: Problem

    def __init__(self, problem: Problem, *, retry_after: float | None = None) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem
        self.retry_after = retry_after


class Unreadable(Exception):
    """An answer that is neither what was asked for nor a problem: of something between us and the server."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.status_code} of {response.request.method} {response.request.url}")
        self.response = response
