"""The models of a room: bodies, answers and closed lists of words."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from clients.generator.annotations import annotation
from clients.generator.document import Document
from clients.generator.writing import docstring, python_name

_TAKEN = frozenset(dir(BaseModel))


class Models:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.words = {name for name, schema in document.schemas.items() if "enum" in schema}

    def of(self, room: str) -> list[str]:
        """Their classes: words first, then models by name, each after the one that it extends."""
        mine = sorted(name for name, home in self._document.room_of.items() if home == room)
        words = [self._listed(name) for name in mine if name in self.words]
        return words + [self._model(name) for name in self._ordered(mine) if name not in self.words]

    def _ordered(self, names: Iterable[str]) -> list[str]:
        done: dict[str, None] = {}
        mine = list(names)

        def place(name: str) -> None:
            parent = self._document.parents.get(name)
            if parent in mine:
                place(parent)
            done.setdefault(name)

        for name in mine:
            place(name)
        return list(done)

    def _listed(self, name: str) -> str:
        schema = self._document.schemas[name]
        about = _about(schema)
        lines = [f"    {_word_name(value)} = {value!r}" for value in schema["enum"]]
        return "\n".join([f"class {name}(StrEnum):", *([about, ""] if about else []), *lines])

    def _model(self, name: str) -> str:
        schema = self._document.schemas[name]
        parent = self._document.parents.get(name)
        inherited = self._document.schemas[parent]["properties"] if parent else {}
        base = parent or ("Body" if name in self._document.sent else "Answer")
        about = _about(schema)
        members = [
            self._member(key, member, key in schema.get("required", ()), answered=base != "Body")
            for key, member in schema.get("properties", {}).items()
            if key not in inherited
        ]
        lines = [
            f"class {name}({base}):",
            *([about] if about else []),
            *([""] if about and members else []),
            *members,
        ]
        return "\n".join(lines if about or members else [*lines, "    pass"])

    def _member(self, key: str, schema: Mapping[str, Any], required: bool, *, answered: bool) -> str:
        kind = annotation(schema, self.words, answered=answered)
        name = python_name(key)
        name = f"{name}_" if name in _TAKEN else name
        default = None if required else self._default(schema, kind)
        if not required and default == "None" and "None" not in kind.split(" | ") and kind != "Any":
            kind = f"{kind} | None"
        if name != key:
            value = f" = Field({'' if required else f'default={default}, '}alias={key!r})"
        else:
            value = "" if default is None else f" = {default}"
        about = schema.get("description", "")
        return f"    {name}: {kind}{value}" + (f"\n{docstring(about, '    ')}" if about else "")

    def _default(self, schema: Mapping[str, Any], kind: str) -> str:
        default = schema.get("default")
        if isinstance(default, list):
            word = kind.removeprefix("list[").removesuffix("]")
            of = [f"{word}({one!r})" if word in self.words else repr(one) for one in default]
            return f"Field(default_factory={_listed(of)})"
        known = kind.removeprefix("Open[").removesuffix("]")
        return f"{known}({default!r})" if default is not None and known in self.words else repr(default)


def _about(schema: Mapping[str, Any]) -> str:
    text = schema.get("description", "")
    return docstring(text, "    ") if text else ""


def _word_name(value: str) -> str:
    return python_name(value).upper() if value else "NONE"


def _listed(values: list[str]) -> str:
    return f"lambda: [{', '.join(values)}]" if values else "list"
