"""The forms of a page of ours as they stand in it: their fields, and what each is called there.

Our own pages only: every attribute is quoted, and what people wrote is escaped, so that a `<` always begins a tag.
"""

import re
from dataclasses import dataclass, field
from html import escape, unescape

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:=\"([^\"]*)\"|='([^']*)')?")
_FIELDS = ("input", "select", "textarea")
_NO_FIELDS = ("submit", "button", "reset", "image")
_MANY = ("checkbox", "radio")


@dataclass(slots=True)
class Piece:
    """A tag, or the text up to the next one. `name`: of the tag, `/form` of its end; empty: it is text. `before`,
    `after`: what was put there since.
    """

    raw: str
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    before: str = ""
    after: str = ""

    def set(self, **attributes: str | None) -> None:
        """Unescaped; None: it goes. `_` stands for `-`."""
        for name, value in attributes.items():
            said = name.replace("_", "-")
            self.attributes.pop(said, None)
            if value is not None:
                self.attributes[said] = value
        inside = "".join(
            f" {name}" if value == "" and name in _WITHOUT_VALUE else f' {name}="{escape(value)}"'
            for name, value in self.attributes.items()
        )
        self.raw = f"<{self.name}{inside}>"

    @property
    def text(self) -> str:
        return f"{self.before}{self.raw}{self.after}"


_WITHOUT_VALUE = ("checked", "selected", "required", "open", "hidden", "autofocus", "disabled", "multiple")


@dataclass(slots=True, kw_only=True)
class Control:
    """`at`, `end`: where its tag is, and its end tag or itself. `label`: from and to, with what is called by it in
    `words`; None: it has none of its own. `options`: where those of a select begin.
    `takes_many`: several of them can be chosen.
    """

    name: str
    kind: str
    at: int
    end: int
    label: tuple[int, int] | None = None
    words: str = ""
    group: "Group | None" = None
    options: list[int] = field(default_factory=list)
    takes_many: bool = False

    @property
    def is_one_of_many(self) -> bool:
        return self.kind in _MANY

    @property
    def is_hidden(self) -> bool:
        return self.kind == "hidden"


@dataclass(slots=True, kw_only=True)
class Group:
    """A fieldset: where it begins, where its legend ends, and what that says."""

    at: int
    legend_end: int = 0
    words: str = ""


@dataclass(slots=True, kw_only=True)
class Form:
    """`around`: what it stands in and could be folded up (`details`)."""

    at: int
    around: tuple[int, ...] = ()
    controls: list[Control] = field(default_factory=list)
    leads_to: set[str] = field(default_factory=set)
    method: str = "get"


def pieces_of(page: str) -> list[Piece]:
    """Joined, they are the page again."""
    found, behind = [], 0
    for tag in _TAG.finditer(page):
        if tag.start() > behind:
            found.append(Piece(page[behind : tag.start()]))
        attributes = {
            one[1]: unescape(one[2] if one[2] is not None else one[3] or "")
            for one in _ATTRIBUTE.finditer(tag[3])
        }
        found.append(Piece(tag[0], tag[1] + tag[2], attributes))
        behind = tag.end()
    return [*found, Piece(page[behind:])]


def forms_of(pieces: list[Piece]) -> list[Form]:
    """With the fields that stand in them, or name them."""
    reader = _Reader(pieces)
    for at in range(len(pieces)):
        reader.read(at)
    return reader.forms


class _Reader:
    """Goes through a page once."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._details: list[int] = []
        self._groups: list[Group] = []
        self._label: int | None = None
        self._legend: int | None = None
        self._labelled: list[Control] = []
        self._open: Control | None = None

    def read(self, at: int) -> None:
        piece = self._pieces[at]
        match piece.name:
            case "form":
                self._begin_form(at, piece)
            case "/form":
                self._form = None
            case "details":
                self._details.append(at)
            case "/details":
                self._details.pop()
            case "fieldset":
                self._groups.append(Group(at=at))
            case "/fieldset":
                self._groups.pop()
            case "legend":
                self._legend = at
            case "/legend":
                self._end_legend(at)
            case "label":
                self._label, self._labelled = at, []
            case "/label":
                self._end_label(at)
            case "option" if self._open is not None:
                self._open.options.append(at)
            case "/select" | "/textarea" if self._open is not None:
                self._open.end, self._open = at, None
            case "button":
                self._lead(piece)
            case name if name in _FIELDS:
                self._control(at, piece)

    def _begin_form(self, at: int, piece: Piece) -> None:
        form = Form(at=at, around=(*self._details,), method=piece.attributes.get("method", "get"))
        form.leads_to.add(piece.attributes.get("action", ""))
        self.forms.append(form)
        self._form = form
        if name := piece.attributes.get("id"):
            self._by_id[name] = form

    def _of(self, piece: Piece) -> Form | None:
        return self._by_id.get(piece.attributes["form"]) if "form" in piece.attributes else self._form

    def _lead(self, piece: Piece) -> None:
        form, to = self._of(piece), piece.attributes.get("formaction")
        if form is not None and to:
            form.leads_to.add(to)

    def _control(self, at: int, piece: Piece) -> None:
        form, name = self._of(piece), piece.attributes.get("name", "")
        kind = piece.attributes.get("type", "text") if piece.name == "input" else piece.name
        if form is None or not name or kind in _NO_FIELDS:
            return
        group = self._groups[-1] if self._groups else None
        many = piece.name == "select" and "multiple" in piece.attributes
        control = Control(name=name, kind=kind, at=at, end=at, group=group, takes_many=many)
        form.controls.append(control)
        if piece.name != "input":
            self._open = control
        if self._label is not None:
            self._labelled.append(control)

    def _end_legend(self, at: int) -> None:
        if self._groups and self._legend is not None:
            self._groups[-1].legend_end, self._groups[-1].words = at, self._text(self._legend, at)
        self._legend = None

    def _end_label(self, at: int) -> None:
        if self._label is not None:
            words = self._text(self._label, at)
            for control in self._labelled:
                control.label, control.words = (self._label, at), words
        self._label = None

    def _text(self, begins: int, ends: int) -> str:
        """What is read between, without what can be chosen or was written into a field."""
        said, inside = [], ""
        for piece in self._pieces[begins:ends]:
            if piece.name in ("select", "textarea"):
                inside = piece.name
            elif piece.name == f"/{inside}":
                inside = ""
            elif not piece.name and not inside:
                said.append(unescape(piece.raw))
        return " ".join(" ".join(said).split())
