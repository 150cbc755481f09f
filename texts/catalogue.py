"""A language's catalogue, read from its `.po` file at first use. Ids are stable keys, not English sentences."""

import functools
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from texts.languages import Language

FOLDER = Path(__file__).parent / "catalogues"


class Catalogue:
    """Messages by key, filled in by the names of their placeholders."""

    def __init__(self, language: Language) -> None:
        compiled = BytesIO()
        write_mo(compiled, read_po(BytesIO((FOLDER / f"{language}.po").read_bytes())))
        compiled.seek(0)
        self._messages = Translations(compiled)

    def has(self, key: str) -> bool:
        return self._messages.gettext(key) != key

    def text(self, key: str, /, **values: object) -> str:
        """Raises KeyError when a placeholder has no value: a catalogue that its tests would not have let pass."""
        return self._messages.gettext(key).format_map(values)

    def plural(self, key: str, number: int, /, **values: object) -> str:
        """In the form that the language has for `number`."""
        return self._messages.ngettext(key, key, number).format_map(values)


@functools.cache
def catalogue(language: Language) -> Catalogue:
    return Catalogue(language)


def load_catalogues() -> None:
    """Read all of them now, for processes whose first reader should not wait for it: it takes a tenth of a second."""
    for language in Language:
        catalogue(language)
