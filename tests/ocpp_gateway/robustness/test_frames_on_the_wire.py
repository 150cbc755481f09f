"""RFC 6455 as chargers and their routers really send it: cut, glued, fragmented, early, and wrong."""

import json

from ocpp_gateway.server import Gateway
from tests.ocpp_gateway.conftest import CHARGER
from tests.ocpp_gateway.records import Records
from tests.ocpp_gateway.robustness.conftest import MakeRaw
from tests.ocpp_gateway.robustness.raw_charger import (
    BINARY,
    CLOSE,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    RawCharger,
    frame,
    heartbeat,
)

HEARD = "currentTime"


async def test_a_frame_cut_at_any_byte_is_one_message(connect: MakeRaw) -> None:
    charger = await connect()
    for size in range(1, len(frame(heartbeat("0000")))):
        whole = frame(heartbeat(f"{size:04}"))
        charger.write(whole[:size])
        await charger.flush()
        charger.write(whole[size:])
        assert HEARD in (await charger.reply(f"{size:04}"))[2]


async def test_a_message_sent_byte_by_byte_is_one_message(connect: MakeRaw) -> None:
    charger = await connect()
    pad = " " * 200
    for byte in frame(heartbeat("slow") + pad):
        charger.write(bytes((byte,)))
        await charger.flush()
    assert HEARD in (await charger.reply("slow"))[2]


async def test_frames_glued_together_are_answered_in_their_order(connect: MakeRaw) -> None:
    charger = await connect()
    names = [f"m{n}" for n in range(40)]
    glued = b"".join(frame(heartbeat(name)) for name in names)
    charger.write(glued[:-3])
    charger.write(glued[-3:])
    await charger.reply(names[-1])
    assert charger.order == names


async def test_what_comes_with_the_request_is_not_lost(gateway: Gateway, records: Records) -> None:
    whole = frame(heartbeat("early")) + frame(heartbeat("cut"))
    charger = await RawCharger.connect(gateway.url, CHARGER, early=whole[:-5])
    assert HEARD in (await charger.reply("early"))[2]
    charger.write(whole[-5:])
    assert HEARD in (await charger.reply("cut"))[2]
    await charger.leave()


async def test_bytes_before_the_handshake_is_done_are_bounded(gateway: Gateway, records: Records) -> None:
    names = [f"m{n}" for n in range(20)]
    big = " " * 20_000
    early = b"".join(frame(heartbeat(name) + big) for name in names)
    charger = await RawCharger.connect(gateway.url, CHARGER, early=early)
    await charger.reply(names[-1])
    assert charger.order == names
    await charger.leave()


async def test_fragments_with_control_frames_in_between_are_one_message(connect: MakeRaw) -> None:
    charger = await connect()
    text = heartbeat("parts")
    charger.write(frame(text[:5], TEXT, fin=False))
    charger.write(frame(b"now", PING))
    charger.write(frame(text[5:9], CONTINUED, fin=False) + frame(b"", PONG) + frame(text[9:], CONTINUED))
    charger.say(heartbeat("after"))
    assert HEARD in (await charger.reply("parts"))[2]
    await charger.reply("after")
    assert charger.order == ["parts", "after"]


async def test_fragments_without_content_are_nothing(connect: MakeRaw) -> None:
    charger = await connect()
    text = heartbeat("parts")
    charger.write(frame(b"", TEXT, fin=False) + frame(b"", CONTINUED, fin=False) * 300)
    charger.write(frame(text, CONTINUED, fin=False) + frame(b"", CONTINUED))
    assert HEARD in (await charger.reply("parts"))[2]
    charger.write(frame(b"", TEXT, fin=False) + frame(b"", CONTINUED))
    assert (await charger.reply("-1"))[0] == 4


async def test_frames_without_messages_count_too_and_only_their_sender_waits(connect: MakeRaw) -> None:
    flooding, other = await connect(), await connect("NORTH-2")
    flooding.write(frame(b"", PING) * 5_000 + frame(heartbeat("after the flood")))
    other.write(frame(heartbeat("meanwhile")))
    assert HEARD in (await other.reply("meanwhile"))[2]
    # At fifty frames a second the flood takes over a minute: nothing of it is lost, nobody else waits for it.
    assert "after the flood" not in flooding.order


async def test_a_character_cut_between_two_fragments_is_whole_again(connect: MakeRaw) -> None:
    charger = await connect()
    text = json.dumps([2, "é", "Heartbeat", {}], ensure_ascii=False).encode()
    middle = text.index("é".encode()) + 1
    charger.write(frame(text[:middle], TEXT, fin=False) + frame(text[middle:], CONTINUED))
    assert HEARD in (await charger.reply("é"))[2]


BREAKS = {
    "unmasked": (frame(heartbeat("x"), masked=False), 1002),
    "a reserved bit": (frame(heartbeat("x"), reserved=4), 1002),
    "an opcode that does not exist": (frame(heartbeat("x"), 0x3), 1002),
    "a continuation of nothing": (frame("x", CONTINUED), 1002),
    "a fragmented ping": (frame(b"x", PING, fin=False), 1002),
    "a long ping": (frame(b"x" * 126, PING), 1002),
    "a text inside a fragmented one": (frame("[2", fin=False) + frame(heartbeat("x")), 1002),
    "not UTF-8": (frame(b'[2,"\xff","Heartbeat",{}]'), 1007),
    "not UTF-8 in two parts": (frame(b'[2,"\xc3', fin=False) + frame(b'","Heartbeat",{}]', CONTINUED), 1007),
    "17 MB": (frame(b" " * (16 * 1024 * 1024 + 1)), 1009),
    "a part of 300 kB": (frame(b" " * 300_000, fin=False), 1009),
    "17 MB in parts": (
        frame(b" " * 250_000, fin=False) + frame(b" " * 250_000, CONTINUED, fin=False) * 70,
        1009,
    ),
    "a length of 2**63": (b"\x81\xff" + b"\xff" * 8 + b"abcd", 1009),
}


async def test_what_breaks_the_protocol_ends_its_own_connection_only(connect: MakeRaw) -> None:
    quiet = await connect("NORTH-2")
    for what, (broken, code) in BREAKS.items():
        loud = await connect()
        await loud.ask(heartbeat("good"))
        loud.write(broken)
        # A reset may overtake the close frame while the peer is still sending, as TCP has it.
        accepted = {code, 1006} if len(broken) > 256 * 1024 else {code}
        assert await loud.close_code() in accepted, what
        assert HEARD in (await quiet.ask(heartbeat(what)))[2]
    assert HEARD in (await (await connect()).ask(heartbeat("again")))[2]


async def test_only_the_head_of_a_message_that_is_too_large_is_waited_for(connect: MakeRaw) -> None:
    charger = await connect()
    charger.write(frame(b"x" * 17_000_000)[:1000])
    assert await charger.close_code() == 1009


async def test_a_binary_frame_is_answered_and_closes_nothing(connect: MakeRaw) -> None:
    charger = await connect()
    charger.write(frame(b"\x00\x01", BINARY))
    assert (await charger.reply("-1"))[0] == 4
    charger.write(frame(b"\x00", BINARY, fin=False) + frame(b"\x01", CONTINUED))
    assert (await charger.reply("-1"))[0] == 4
    assert HEARD in (await charger.ask(heartbeat("after")))[2]


async def test_a_close_frame_is_answered_with_its_own_code(connect: MakeRaw) -> None:
    for told, code in ((b"\x03\xe8", 1000), (b"\x03\xe9bye", 1001), (b"", 1005)):
        charger = await connect()
        charger.write(frame(told, CLOSE))
        assert await charger.close_code() == code


DEEP = (
    "[" * 100_000,
    '[2,"d","Heartbeat",' + '{"a":' * 30_000 + "1" + "}" * 30_000 + "]",
    '[2,"d","Authorize",{"idTag":' + "[" * 80_000 + "]" * 80_000 + "}]",
)


async def test_deep_json_is_answered_and_harms_nobody(connect: MakeRaw) -> None:
    charger = await connect()
    for n, text in enumerate(DEEP, start=1):
        charger.say(text)
        assert HEARD in (await charger.ask(heartbeat(f"after {n}")))[2]
        assert len(charger.order) == 2 * n


async def test_the_last_of_two_equal_keys_counts(connect: MakeRaw, records: Records) -> None:
    charger = await connect()
    charger.say(
        '[2,"k","StatusNotification",{"connectorId":2,"connectorId":1,"errorCode":"NoError",'
        '"status":"Available","status":"Faulted"}]'
    )
    assert await charger.reply("k") == [3, "k", {}]
    assert await records.status(number=1) == "faulted"
    assert await records.status(number=2) != "faulted"


ODD_IDS = ("7.5", "null", "true", "{}", '["x"]', "1e999", '""', '"' + "x" * 200 + '"')


async def test_an_id_that_is_no_usable_string_is_answered_with_minus_one(connect: MakeRaw) -> None:
    charger = await connect()
    for count, message_id in enumerate(ODD_IDS, start=1):
        charger.say(f'[2,{message_id},"Heartbeat",{{}}]')
        assert (await charger.reply("-1", count))[0] == 4, message_id
    assert HEARD in (await charger.ask(heartbeat("after")))[2]
