"""A form's page once more, after it was refused: what was typed stands in it again, and what is wrong at its field."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from api.web.form_markup import Control, Form, Piece, forms_of, pieces_of

Told = Callable[[str], str]
"""What is said at a field, by what it is: `date`, `select` and so on (`form_markup.Control.kind`)."""
FORM_PAGE = "form_page"
"""Of a form that was refused: the address of its page, which is not the one that the browser shows."""
_NOT_KEPT = ("hidden", "password", "file")
_ONE_TIME = "one-time-code"
_MADE_FOR_THE_PAGE = frozenset({"form_token", "key", "edition", "shown", FORM_PAGE})
"""Hidden in forms, and another one on each page: nothing that one form is told from another by."""
_KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """It is about the first of these fields that the form shows. `nth`: of those that share its name, from 0."""

    names: tuple[str, ...]
    told: Told
    nth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was sent. `to`: that address, by that method. `once_more`: nobody knows whether it was done, so
    the press has to stay the same one.
    """

    method: str
    to: str
    values: Mapping[str, Sequence[str]] = field(repr=False)
    once_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amiss:
    """A field that is to be mended: where it is on the page, what it is called there, and what is wrong with it."""

    anchor: str
    label: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`kept`: something was typed, and still stands there. `files`: some have to be chosen anew."""

    amiss: tuple[Amiss, ...]
    kept: bool
    files: bool


class RefilledPage:
    """A page of ours that has the form which was sent. `of`: None where it has no such form."""

    def __init__(self, pieces: list[Piece], form: Form, typed: Typed) -> None:
        self._pieces = pieces
        self._form = form
        self._typed = typed
        self._nth = _nth_of_its_name(form)

    @classmethod
    def of(cls, page: str, typed: Typed) -> "RefilledPage | None":
        pieces = pieces_of(page)
        sent = [one for one in forms_of(pieces) if typed.to in one.leads_to and one.method == typed.method]
        likely = [(known, form) for form in sent if (known := _alike(form, pieces, typed.values)) is not None]
        if not likely:
            return None
        return cls(pieces, max(likely, key=lambda one: one[0])[1], typed)

    def refill(self, page: str, wrong: Sequence[Wrong]) -> Found:
        """`page`: its address."""
        kept = [self._keep(control) for control in self._form.controls]
        self._pieces[
            self._form.at
        ].after = f'\n<input type="hidden" name="{FORM_PAGE}" value="{escape(page)}">'
        for at in self._form.around:
            self._pieces[at].set(open="")
        files = any(one.kind == "file" for one in self._form.controls)
        return Found(amiss=tuple(self._amiss(wrong)), kept=any(kept), files=files)

    def text(self, refusal: str, title: str) -> str:
        """The page with `refusal`, which is markup, before everything that it is about."""
        for piece in self._pieces:
            if piece.name == "title":
                piece.after = f"{escape(title)} · "
            if piece.name == "main":
                piece.after = f"\n{refusal}"
        return "".join(piece.text for piece in self._pieces)

    def _keep(self, control: Control) -> bool:
        """Whether something that was typed stands there again."""
        piece, said = self._pieces[control.at], self._said(control)
        if control.name == _KEY and control.is_hidden and self._typed.once_more and said:
            piece.set(value=said[0])
        if control.kind in _NOT_KEPT or piece.attributes.get("autocomplete") == _ONE_TIME:
            return False
        if control.is_one_of_many:
            is_chosen = piece.attributes.get("value", "on") in said
            piece.set(checked="" if is_chosen else None)
            return is_chosen
        if not said:
            return False
        if control.kind == "select":
            return self._choose(control, said)
        if control.kind == "textarea":
            for inside in self._pieces[control.at + 1 : control.end]:
                inside.raw = ""
            piece.after = "\n" + escape(said[0])
        else:
            piece.set(value=said[0])
        return bool(said[0])

    def _said(self, control: Control) -> Sequence[str]:
        """What it sent: of those that share a name each sent one value, in the order of the page, unless it sends
        what is chosen.
        """
        said = self._typed.values.get(control.name, ())
        nth = self._nth.get(control.at)
        return said if nth is None else said[nth : nth + 1]

    def _choose(self, control: Control, said: Sequence[str]) -> bool:
        """What cannot be chosen here leaves what was."""
        chosen = [at for at in control.options if self._pieces[at].attributes.get("value") in said]
        for at in control.options if chosen else ():
            self._pieces[at].set(selected="" if at in chosen else None)
        return bool(chosen)

    def _amiss(self, wrong: Sequence[Wrong]) -> list[Amiss]:
        """In the order of the page."""
        shown: dict[str, dict[int, Control]] = {}
        for control in self._form.controls:
            if not control.is_hidden:
                shown.setdefault(control.name, {}).setdefault(self._nth.get(control.at, 0), control)
        said: dict[int, tuple[Control, Wrong]] = {}
        for one in reversed(wrong):
            of_name = next((shown[name] for name in one.names if name in shown), {})
            first = next(iter(of_name.values()), None)
            about = of_name.get(one.nth) if one.nth and first and first.at in self._nth else first
            if about is not None:
                said[about.at] = about, one
        return [self._mark(control, one.told(control.kind)) for _, (control, one) in sorted(said.items())]

    def _mark(self, control: Control, told: str) -> Amiss:
        piece, nth = self._pieces[control.at], self._nth.get(control.at, 0)
        name = f"{control.name}-{nth}" if nth else control.name
        anchor, note = piece.attributes.get("id") or f"field-{name}", f"amiss-{name}"
        group = control.group if control.is_one_of_many and control.group and control.group.words else None
        piece.set(id=anchor)
        said = f'<small class="amiss" id="{escape(note)}">{escape(told)}</small>'
        if group is not None:
            self._describe(self._pieces[group.at], note)
            self._pieces[group.legend_end].after += f"\n{said}"
            return Amiss(anchor=anchor, label=group.words, told=told)
        piece.set(aria_invalid="true")
        self._describe(piece, note)
        begins, ends = control.label or (control.at, control.end)
        self._pieces[begins].before = '<div class="field">\n'
        self._pieces[ends].after += f"\n{said}\n</div>"
        label = control.words or piece.attributes.get("aria-label") or control.name
        return Amiss(anchor=anchor, label=label, told=told)

    def _describe(self, piece: Piece, note: str) -> None:
        also = piece.attributes.get("aria-describedby")
        piece.set(aria_describedby=f"{note} {also}" if also else note)


def _nth_of_its_name(form: Form) -> dict[int, int]:
    """By where it is: how many before it have its name. Not of those that send what is chosen, nor of files."""
    before: Counter[str] = Counter()
    found = {}
    for control in form.controls:
        if not control.is_one_of_many and not control.takes_many and control.kind != "file":
            found[control.at] = before[control.name]
            before[control.name] += 1
    return found


def _alike(form: Form, pieces: list[Piece], values: Mapping[str, Sequence[str]]) -> int | None:
    """How much of what is hidden in the form was sent; None: something else was, so it was another form.

    What is hidden in each of several rows has to be the same in all of them: rows are told apart by their order.
    """
    hidden: dict[str, list[str]] = {}
    for one in form.controls:
        if one.is_hidden and one.name not in _MADE_FOR_THE_PAGE and one.name in values:
            hidden.setdefault(one.name, []).append(pieces[one.at].attributes.get("value", ""))
    shown = {one.name for one in form.controls if not one.is_hidden}
    same = [
        {*said} <= {*values[name]} if name in shown else said == [*values[name]]
        for name, said in hidden.items()
    ]
    return sum(map(len, hidden.values())) if all(same) else None
