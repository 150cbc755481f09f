"""People with several drivers, over the wire."""

from pydantic import Field

from api.v1.schemas.fields import Answer


class PersonOut(Answer):
    id: str
    drivers: list[str] = Field(description="All who are that person, by id")
