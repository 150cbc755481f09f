"""The forms of a page as a browser reads them, by the standard library's parser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

_VOID = ("input", "meta", "link", "br", "img", "hr")


@dataclass(kw_only=True)
class Field:
    """`values`: that it has, or of what is chosen; `options`: what can be chosen."""

    name: str
    kind: str
    attributes: dict[str, str]
    label: str = ""
    group: str = ""
    group_described_by: str = ""
    value: str = ""
    is_chosen: bool = False
    options: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class FormOn:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def named(self, name: str) -> list[Field]:
        return [one for one in self.fields if one.name == name]

    @property
    def shown(self) -> list[Field]:
        return [one for one in self.fields if one.kind != "hidden"]

    @property
    def hidden(self) -> dict[str, str]:
        return {one.name: one.value for one in self.fields if one.kind == "hidden"}


class PageRead(HTMLParser):
    """`alert`: what stands in the refusal, `links`: where it leads; `texts`: of what has an id."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[FormOn] = []
        self.texts: dict[str, str] = {}
        self.heading, self.alert, self.title = "", "", ""
        self.links: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._by_id: dict[str, FormOn] = {}
        self._form: FormOn | None = None
        self._field: Field | None = None
        self._labelled: list[Field] = []
        self._label = ""
        self._groups: list[tuple[dict[str, str], list[Field], list[str]]] = []
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, said))
        if "id" in said:
            self.texts.setdefault(said["id"], "")
        if tag == "form":
            self._form = FormOn(action=said.get("action", ""), method=said.get("method", "get"))
            self.forms.append(self._form)
            self._by_id[said.get("id", "")] = self._form
        if tag == "label":
            self._label, self._labelled = "", []
        if tag == "fieldset":
            self._groups.append((said, [], []))
        if tag == "a" and self._within("alert"):
            self.links.append(said["href"])
        if tag == "option" and self._field is not None:
            self._field.options.append(said.get("value", ""))
            if "selected" in said:
                self._field.chosen.append(said.get("value", ""))
        if tag in ("input", "select", "textarea") and said.get("type") not in ("submit", "button"):
            self._begin(tag, said)

    def _begin(self, tag: str, said: dict[str, str]) -> None:
        form = self._by_id.get(said["form"]) if "form" in said else self._form
        if form is None or "name" not in said:
            return
        kind = said.get("type", "text") if tag == "input" else tag
        found = Field(name=said["name"], kind=kind, attributes=said, value=said.get("value", ""))
        found.is_chosen = "checked" in said
        form.fields.append(found)
        self._labelled.append(found)
        if self._groups:
            self._groups[-1][1].append(found)
        if tag != "input":
            self._field = found

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            for one in self._labelled:
                one.label = " ".join(self._label.split())
        if tag == "fieldset":
            said, fields, words = self._groups.pop()
            for one in fields:
                one.group, one.group_described_by = " ".join(words), said.get("aria-describedby", "")
        if tag == "form":
            self._form = None
        if tag in ("select", "textarea"):
            self._field = None
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        for _, said in self._open:
            if "id" in said:
                self.texts[said["id"]] += data
        if self._field is not None and self._field.kind == "textarea":
            self._field.value += data
            return
        if "option" in tags:
            return
        if "legend" in tags and self._groups:
            self._groups[-1][2].append(data.strip())
        if "label" in tags:
            self._label += data
        if "title" in tags:
            self.title += data
        if "h1" in tags:
            self.heading += data
        if self._within("alert"):
            self.alert += data

    def _within(self, role: str) -> bool:
        return any(said.get("role") == role for _, said in self._open)
