"""Schema migrations, run by the program itself: `upgrade(url)`. No alembic.ini is needed at run time."""

from pathlib import Path

from alembic import command
from alembic.config import Config


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
