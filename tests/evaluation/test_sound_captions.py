"""Tables of AudioCaps and Clotho with a few small recordings."""

import pytest

from build.errors import BuildError
from build.evaluation.suites.sound_captions import QUESTION, open_audiocaps, open_clotho
from tests.evaluation.small_files import record_barking, record_silence
from tests.fakes.parts import ANSWER


@pytest.fixture
def audiocaps(tmp_path):
    record_barking(tmp_path / "audio" / "Yabc-def_123.wav")
    record_silence(tmp_path / "audio" / "_second_one_30.wav")
    rows = [
        "audiocap_id,youtube_id,start_time,caption",
        f"1,abc-def_123,30,{ANSWER}",
        "2,abc-def_123,30,A dog barks",
        "3,_second_one,30,Nothing is heard",
        '4,vanished,10,"Rain, falling"',
    ]
    (tmp_path / "test.csv").write_text("\n".join(rows))
    return tmp_path


def test_recordings_are_known_by_their_videos_and_captions_go_together(audiocaps, talk, examine):
    suite = open_audiocaps(audiocaps, None, 0)
    assert [case.truth.captions for case in suite.cases()] == [(ANSWER, "A dog barks"), ("Nothing is heard",)]
    figures = examine(suite)
    assert talk.questions == [QUESTION, QUESTION]
    # `the dog is big` is said of both: all four words as wanted in the first, in one chunk; one word in the second
    first = 1 - 0.5 * (1 / 4) ** 3
    second = 0.5 * 10 * (1 / 4) * (1 / 3) / (1 / 3 + 9 / 4)
    assert figures["METEOR, without synonyms"] == pytest.approx((first + second) / 2)
    assert 0 < figures["CIDEr-D"] < 10


def test_what_is_not_measured_or_not_there_is_told(audiocaps):
    notes = " ".join(open_audiocaps(audiocaps, None, 0).findings().notes)
    assert "1 of 3 recordings are not there" in notes
    assert "SPICE" in notes
    assert "METEOR" in notes


def test_clotho_is_contaminated_and_says_so(tmp_path, examine):
    record_barking(tmp_path / "evaluation" / "Dog in the yard.wav")
    columns = ",".join(f"caption_{number}" for number in range(1, 6))
    (tmp_path / "clotho_captions_evaluation.csv").write_text(
        f"file_name,{columns}\nDog in the yard.wav,a,b,c,d,{ANSWER}"
    )
    suite = open_clotho(tmp_path, None, 0)
    assert examine(suite)["METEOR, without synonyms"] > 0.9
    assert any("trained on Clotho" in note for note in suite.findings().notes)


def test_a_table_without_recordings_is_refused(audiocaps):
    for path in audiocaps.rglob("*.wav"):
        path.unlink()
    with pytest.raises(BuildError, match="none of the 3 recordings"):
        open_audiocaps(audiocaps, None, 0)
