"""Long captions from short ones: what is asked, what is kept, what happens when something fails or stops."""

import json
from pathlib import Path

import pytest

from bubo_desktop.data import Answer
from bubo_desktop.errors import EngineError, InputError
from build import write_captions
from build.errors import BuildError
from build.training.datasets.clotho import CaptionedClip
from build.training.datasets.clotho_detail import read_clotho_detail
from build.write_captions import Ledger, LongCaption, ask_engine, main, publish, write_missing

NANO = Path(__file__).parents[2] / "models" / "nano"
CLIPS = [CaptionedClip(f"{name}.wav", tuple(f"{name} {n}" for n in range(5))) for name in ("bell", "dog", "rain.x")]


class FakeTalk:
    """Answers with what it is told to; keeps the questions."""

    def __init__(self, *answers, is_possible=True):
        self.answers, self.is_possible, self.questions = list(answers), is_possible, []

    def ask(self, question, sampling):
        assert sampling.temperature == 0
        self.questions.append(question)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer=answer, pack="fake")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "clotho_captions_development.csv"
    rows = [",".join((clip.file_name, *clip.captions)) for clip in CLIPS]
    path.write_text("\n".join(["file_name,caption_1,caption_2,caption_3,caption_4,caption_5", *rows]))
    return path


def test_the_engine_is_given_all_five_captions_and_its_answer_is_put_on_one_line():
    talk = FakeTalk(" A bell rings.\nThen it\tstops. ")
    assert ask_engine(talk, CLIPS[0]) == "A bell rings. Then it stops."
    assert all(f"- {caption}\n" in talk.questions[0] for caption in CLIPS[0].captions)


def test_a_clip_that_fails_stops_nothing_and_is_named(tmp_path):
    talk = FakeTalk(InputError("Too long."), " ", "It rains.")
    ledger = Ledger(tmp_path / "a.jsonl")
    failures = write_missing(CLIPS, ledger, lambda clip: ask_engine(talk, clip))
    assert ledger.read() == {"rain.x": "It rains."}
    assert failures == ["bell.wav: Too long.", "dog.wav: The engine had nothing to say."]


def test_an_engine_that_is_gone_ends_it(tmp_path):
    talk = FakeTalk(EngineError("It crashed."), is_possible=False)
    with pytest.raises(BuildError, match="does not start again"):
        write_missing(CLIPS, Ledger(tmp_path / "a.jsonl"), lambda clip: ask_engine(talk, clip))
    assert len(talk.questions) == 1


def test_a_line_cut_short_costs_only_itself(tmp_path):
    ledger = Ledger(tmp_path / "a.jsonl")
    assert ledger.read() == {}
    ledger.add(LongCaption("bell", "It rings."))
    with (tmp_path / "a.jsonl").open("ab") as file:
        file.write(b'{"audio_id":"dog","cap')
    ledger.add(LongCaption("rain", "Il pleut à verse."))
    ledger.add(LongCaption("bell", "It rings again."))
    assert ledger.read() == {"bell": "It rings again.", "rain": "Il pleut à verse."}


def test_the_result_is_read_as_clotho_detail(tmp_path):
    (tmp_path / "audio").mkdir()
    for clip in CLIPS:
        (tmp_path / "audio" / clip.file_name).touch()
    publish(CLIPS, {"rain.x": "It rains.", "bell": "It rings."}, tmp_path / "detail.json")
    samples = read_clotho_detail(tmp_path / "detail.json", tmp_path / "audio")
    assert [(s.sound.path.name, s.exchanges[0].answer) for s in samples] == [
        ("bell.wav", "It rings."),
        ("rain.x.wav", "It rains."),
    ]


def test_the_shipped_engine_writes_and_goes_on_where_it_stopped(tmp_path, table, qapp, monkeypatch, capsys):
    del qapp
    order = ["--captions", str(table), "--pack", str(NANO), "--out", str(tmp_path / "out.json")]
    assert main([*order, "--limit", "1"]) == 0, capsys.readouterr().err
    [first] = json.loads((tmp_path / "out.json").read_text())["annotations"]
    assert first["audio_id"] == "bell"
    assert first["caption"]
    asked = []
    ask = write_captions.ask_engine
    monkeypatch.setattr(write_captions, "ask_engine", lambda talk, clip: asked.append(clip) or ask(talk, clip))
    assert main(order) == 0, capsys.readouterr().err
    entries = json.loads((tmp_path / "out.json").read_text())["annotations"]
    assert [entry["audio_id"] for entry in entries] == ["bell", "dog", "rain.x"]
    assert entries[0] == first
    assert [clip.file_name for clip in asked] == ["dog.wav", "rain.x.wav"]
    assert main([*order, "--pack", "no pack is needed where nothing is missing"]) == 0


@pytest.mark.parametrize("missing", ["table", "pack"])
def test_what_is_missing_is_said_in_a_sentence(tmp_path, table, qapp, capsys, missing):
    del qapp
    captions = tmp_path / "none.csv" if missing == "table" else table
    pack = tmp_path / "nowhere" if missing == "pack" else NANO
    assert main(["--captions", str(captions), "--pack", str(pack), "--out", str(tmp_path / "out.json")]) == 1
    assert str(captions if missing == "table" else pack) in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_a_result_that_cannot_be_written_is_refused_before_any_work(tmp_path, table, capsys):
    for out in (tmp_path / "none" / "out.json", tmp_path / "out.jsonl"):
        with pytest.raises(SystemExit):
            main(["--captions", str(table), "--pack", str(NANO), "--out", str(out)])
        assert str(out) in capsys.readouterr().err
