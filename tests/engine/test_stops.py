"""Text leaves token by token as whole characters, and stop strings never."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bubo_desktop.engine.stops import TextStream


def _stream(pieces: list[bytes], stops: tuple[str, ...] = ()) -> tuple[list[str], bool]:
    stream, texts = TextStream(stops), []
    for piece in pieces:
        texts.append(stream.push(piece))
        if stream.stopped:
            return texts, True
    return [*texts, stream.finish()], False


@given(st.text(), st.lists(st.integers(1, 5), min_size=1))
def test_text_survives_any_cut_of_its_bytes(text: str, sizes: list[int]) -> None:
    encoded, pieces = text.encode(), []
    while encoded:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(encoded[:size])
        encoded = encoded[size:]
    texts, _ = _stream(pieces)
    assert "".join(texts) == text.lstrip(" ")


def test_a_character_is_held_back_until_it_is_whole() -> None:
    owl = "🦉".encode()
    assert _stream([b" an ", owl[:1], owl[1:3], owl[3:], b"!"])[0] == ["an ", "", "", "🦉", "!", ""]


def test_bytes_that_are_no_character_become_one_replacement() -> None:
    assert "".join(_stream([b"a", b"\xf0\x9f", b"b"])[0]) == "a\ufffdb"
    assert "".join(_stream([b"a", b"\xf0\x9f"])[0]) == "a\ufffd"


@pytest.mark.parametrize(
    "pieces", [[b"owl###Human"], [b"ow", b"l#", b"##"], [b"owl", b"#", b"#", b"#"], [b"owl##", b"#x"]]
)
def test_a_stop_string_ends_the_text_however_it_is_cut(pieces: list[bytes]) -> None:
    texts, stopped = _stream(pieces, ("###", "</s>"))
    assert stopped
    assert "".join(texts) == "owl"


def test_what_only_began_like_a_stop_string_is_shown() -> None:
    assert _stream([b"a#", b"#", b"b#"], ("###",)) == (["a", "", "##b", "#"], False)


@given(st.lists(st.text("#a<b", max_size=3), max_size=12))
def test_stopping_is_cutting_at_the_first_stop_string(pieces: list[str]) -> None:
    stops, whole = ("##", "<a", "ab#"), "".join(pieces)
    texts, _ = _stream([piece.encode() for piece in pieces], stops)
    shown = "".join(texts)
    assert whole.startswith(shown)
    assert not any(stop in shown for stop in stops)
    assert shown == whole or any(whole.startswith(shown + stop) for stop in stops)
