"""Messages too long to be kept: what is left of them while they are read, so that memory is bounded whatever comes.

A stop after a long night may list a day of samples. Kept are its beginning and its end, and of the list that fills it
whole items of both: that is where meterStop, the first and the last readings are. What is no such list is not put
together again; its sender is answered with an error instead of being cut off, or it would send it for ever.
"""

import re

import msgspec

ORDINARY = 256 * 1024
"""Bytes of a message that is kept whole. A NotifyReport of a large station has tens of kilobytes."""
LARGEST = 16 * 1024 * 1024
"""A day of samples of each second."""
_END = 96 * 1024
"""Bytes of each end that are kept of a longer one."""
_MOST_TRIES = 64
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]|"', re.DOTALL)
_BETWEEN_ITEMS = re.compile(rb"\}\s*,\s*(?=\{)")
_CALL = re.compile(rb'\s*\[\s*2\s*,\s*("(?:[^"\\]|\\.){1,128}")')
_IN_THE_LIST = b"[{["
"""Where the items of a list of the payload stand in a frame."""


class Skim:
    """Takes a message in pieces; `size`: how long it was. Bytes: `ordinary` are kept whole, else `end` of each end."""

    __slots__ = ("_end", "_head", "_kept", "_ordinary", "size")

    def __init__(self, ordinary: int = ORDINARY, end: int = _END) -> None:
        self.size = 0
        self._ordinary, self._end = ordinary, end
        self._head: bytes | None = None
        self._kept = bytearray()

    def feed(self, piece: bytes) -> None:
        self.size += len(piece)
        self._kept += piece
        if self._head is None and self.size > self._ordinary:
            self._head = bytes(self._kept[: self._end])
            del self._kept[: self._end]
        if self._head is not None and len(self._kept) > 2 * self._end:
            del self._kept[: -self._end]

    @property
    def whole(self) -> bytes | None:
        """The message, if it was an ordinary one."""
        return bytes(self._kept) if self._head is None else None

    def joined(self) -> bytes | None:
        """The message with fewer items in its list; None: that cannot be made of it."""
        return None if self._head is None else _joined(self._head, bytes(self._kept[-self._end :]))

    @property
    def call_id(self) -> str | None:
        """Of a call, as far as that can be read."""
        found = _CALL.match(self._head or bytes(self._kept))
        try:
            return None if found is None else msgspec.json.decode(found[1], type=str)
        except (msgspec.MsgspecError, UnicodeError):
            return None


def is_text(message: bytes) -> bool:
    """Is it UTF-8?"""
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


def _joined(head: bytes, tail: bytes) -> bytes | None:
    until = _last_whole_item(head)
    if until is None:
        return None
    for _, between in zip(range(_MOST_TRIES), _BETWEEN_ITEMS.finditer(tail), strict=False):
        found = head[:until] + b"," + tail[between.end() :]
        try:
            msgspec.json.decode(found, type=tuple[int, str, str, msgspec.Raw])
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            continue  # it stands within an item
        return found
    return None


def _last_whole_item(head: bytes) -> int | None:
    """Up to where the list holds whole items that is still open where `head` ends."""
    open_ = bytearray()
    until: int | None = None
    for token in _TOKENS.finditer(head):
        sign = token[0]
        if sign in b"[{" and len(sign) == 1:
            open_ += sign
        elif sign in b"]}" and len(sign) == 1:
            del open_[-1:]
            if len(open_) < len(_IN_THE_LIST):
                until = None
        elif sign == b"," and open_ == _IN_THE_LIST:
            until = token.start()
        elif sign == b'"':
            break  # a text that goes on behind the end
    return until if open_[: len(_IN_THE_LIST)] == _IN_THE_LIST else None
