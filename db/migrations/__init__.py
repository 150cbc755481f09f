"""Schema migrations, run by the program itself: `upgrade(url)`. No alembic.ini is needed at run time."""

import functools
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at `url`, from any working directory."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    # As an attribute: an option would be read with % interpolation, which passwords break.
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`. Processes that do it at once queue.

    One call at a time in one process: Alembic's context is global to it.
    """
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to `revision`; `base` removes everything."""
    command.downgrade(configuration(url), revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisions:
    """Those of this program: the newest, and all of them."""

    head: str
    known: frozenset[str]


@functools.cache
def revisions() -> Revisions:
    """Read from the revision files; takes some hundredths of a second."""
    script = ScriptDirectory.from_config(configuration(""))
    head = script.get_current_head()
    assert head is not None  # noqa: S101 - there is at least one
    return Revisions(head=head, known=frozenset(one.revision for one in script.walk_revisions()))
