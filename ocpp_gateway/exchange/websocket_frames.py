"""WebSocket frames (RFC 6455 §5.2) as bytes: the common ones are taken apart and made here, without the library."""

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled part
    from websockets.utils import apply_mask


LONGEST_HEADER = 14

_WHOLE_TEXT = 0x81  # FIN and opcode 1 (RFC 6455 §5.2)
_MASKED = 0x80
_LENGTH_16 = 0xFE  # masked, and two bytes of length follow


def whole_text(data: bytes) -> bytes | None:
    """The payload when `data` is exactly one final masked text frame of at most 64 KiB, else None."""
    size = len(data)
    if size < 6 or data[0] != _WHOLE_TEXT:
        return None
    second = data[1]
    if second < _MASKED:
        return None
    if second < _LENGTH_16:
        return apply_mask(data[6:], data[2:6]) if size == second - _MASKED + 6 else None
    if second == _LENGTH_16 and size == (data[2] << 8 | data[3]) + 8:
        return apply_mask(data[8:], data[4:8])
    return None


def frame_length(data: bytes, at: int) -> int | None:
    """Bytes of the frame at `at` with its header, None when the header is not complete."""
    if len(data) - at < 2:
        return None
    masked, length = data[at + 1] & _MASKED, data[at + 1] & 0x7F
    mask = 4 if masked else 0
    if length < 126:
        return 2 + mask + length
    width = 2 if length == 126 else 8
    if len(data) - at < 2 + width:
        return None
    return 2 + width + mask + int.from_bytes(data[at + 2 : at + 2 + width], "big")


def text_header(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Mask and length of the header of the frame at `at`, which is complete; None unless it is a whole masked text."""
    if data[at] != _WHOLE_TEXT or data[at + 1] < _MASKED:
        return None
    length = data[at + 1] & 0x7F
    width = {126: 2, 127: 8}.get(length, 0)
    end = at + 2 + width + 4
    return None if len(data) < end else (data[end - 4 : end], 2 + width + 4)


def unmasked(data: bytes, mask: bytes, offset: int) -> bytes:
    """A piece of a masked payload that begins `offset` bytes into it."""
    turn = offset % 4
    return apply_mask(data, mask[turn:] + mask[:turn])


def text_frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((_WHOLE_TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((_WHOLE_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_WHOLE_TEXT, 127)) + size.to_bytes(8, "big") + payload
