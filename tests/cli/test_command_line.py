"""The command line as a process, with an engine of fake parts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from bubo_desktop.data import Answer
from bubo_desktop.packs.manifest import SelfTestCase
from tests.fakes.parts import ANSWER, NOTICE

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, str(ROOT / "tests" / "fakes" / "cli_process.py")]
END_S = 60  # far beyond what any of it takes


def bubo(*arguments, folder: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [*PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=END_S,
        check=False,
    )


def test_ask_prints_the_answer_and_nothing_else_on_standard_output(write_pack, tmp_path, picture):
    ended = bubo("ask", "--pack", write_pack(), "--image", picture, "plain", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, f"{ANSWER}\n")
    assert NOTICE in ended.stderr.splitlines()


def test_ask_json_is_one_answer(write_pack, tmp_path, picture, sound):
    arguments = ["ask", "--pack", write_pack(), "--image", picture.name, "--audio", sound, "--json", "plain"]
    ended = bubo(*arguments, folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = msgspec.json.decode(ended.stdout)
    assert list(told) == [
        "answer", "pack", "images", "links", "sounds", "sound_links", "match", "timings_ms", "tokens", "notes"
    ]  # fmt: skip
    answer = msgspec.json.decode(ended.stdout, type=Answer)
    assert (answer.answer, answer.pack, answer.images[0].path) == (ANSWER, "fake", "dog.png")
    assert answer.match.verdict == "related"
    assert answer.match.source_objects == (answer.images[0].objects[0].id,)
    assert told["images"][0]["objects"][0]["mask_rle"]["size"] == [16, 16]


def test_ask_saves_the_annotated_pictures(write_pack, tmp_path, picture):
    arguments = ["ask", "--pack", write_pack(), "--image", picture, "--image", picture, "--save", "out.png", "plain"]
    assert bubo(*arguments, folder=tmp_path).returncode == 0
    for name in ("out.png", "out-2.png"):
        with Image.open(tmp_path / name) as annotated:
            assert annotated.size == (720, 720)


def test_ask_passes_the_sampling_on(write_pack, tmp_path):
    ended = bubo("ask", "--pack", write_pack(), "--max-tokens", "1", "plain", folder=tmp_path)
    assert ended.stdout.strip() == ANSWER.split()[0]
    assert "cut" in ended.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "--max-tokens", "0", "why"],
        ["ask", "--temperature", "hot", "why"],
        ["ask", "--seed", "-1", "why"],
        ["ask", "--save", "out.png", "why"],
        ["ask", "--image", "missing.png", "why"],
        ["ask", "--audio", "missing.wav", "why"],
        ["ask", "--image", "{text}", "why"],
        ["ask", "--image", "{picture}", "--save", "out.nonsense", "why"],
        ["ask", ""],
        ["packs", "check"],
    ],
)
def test_bad_usage_and_bad_input_are_one_plain_line_and_exit_2(write_pack, tmp_path, picture, arguments):
    text = tmp_path / "text.png"
    text.write_text("This is no picture.")
    arguments = [argument.format(text=text, picture=picture) for argument in arguments]
    if arguments[0] == "ask":
        arguments[1:1] = ["--pack", str(write_pack())]
    ended = bubo(*arguments, folder=tmp_path)
    assert ended.returncode == 2
    *_, line = ended.stderr.splitlines()
    assert line.endswith(".")
    assert "Traceback" not in ended.stderr
    if "out.nonsense" not in arguments:
        assert ended.stderr.count("\n") == 1
        assert ended.stdout == ""


@pytest.mark.parametrize("arguments", [["ask", "--pack", "nowhere", "why"], ["packs", "check", "nowhere"]])
def test_an_unknown_pack_is_exit_3(tmp_path, arguments):
    ended = bubo(*arguments, folder=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert "nowhere" in ended.stderr


def test_a_failure_of_the_engine_is_exit_4(write_pack, tmp_path):
    ended = bubo("ask", "--pack", write_pack(), "surprised", folder=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n"), ended.stdout) == (4, 1, "")


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C is no signal there")
def test_ctrl_c_ends_ask_at_once_and_leaves_nothing_behind(write_pack, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = subprocess.Popen(
        [*PROGRAM, "ask", "--pack", str(write_pack()), "endless"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    while not (engine := children.read_text().split() if children.exists() else ["0"]):
        assert program.poll() is None
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=END_S)
    assert (program.returncode, errors) == (130, "Stopped.\n")
    assert not Path(f"/proc/{engine[0]}/cmdline").exists()


def test_packs_lists_what_there_is(tmp_path, monkeypatch, write_pack):
    monkeypatch.setenv("BUBO_HOME", str(tmp_path))
    write_pack().rename(tmp_path / "moved")
    (tmp_path / "data" / "packs").mkdir(parents=True)
    (tmp_path / "moved").rename(tmp_path / "data" / "packs" / "fake")
    for arguments in (["packs"], ["packs", "list"]):
        ended = bubo(*arguments, folder=tmp_path)
        assert ended.returncode == 0
        assert "fake" in ended.stdout


def test_packs_check_compares_files_and_asks_the_packs_questions(write_pack, tmp_path):
    ended = bubo("packs", "check", write_pack(), folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "1 of 1 questions" in ended.stdout


def test_packs_check_finds_a_changed_file(write_pack, tmp_path):
    folder = write_pack()
    (folder / "v").write_text("changed")
    ended = bubo("packs", "check", folder, folder=tmp_path)
    assert (ended.returncode, ended.stderr.count("\n")) == (3, 1)
    assert "v has 7 bytes instead of 0" in ended.stderr


@pytest.mark.parametrize("wrong", [{"answer": "cat"}, {"labels": ("cat",)}])
def test_packs_check_finds_a_wrong_answer(write_pack, tmp_path, wrong):
    case = SelfTestCase(question="plain", image="dog.png", **wrong)
    ended = bubo("packs", "check", write_pack(self_test=(case,)), folder=tmp_path)
    assert ended.returncode == 3
    assert "cat" in ended.stderr


def test_doctor_tells_what_it_found(write_pack, tmp_path):
    ended = bubo("doctor", "--pack", write_pack(), folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    for word in ("onnxruntime", "processor", "memory", "PortAudio", "logs", "The engine is ready on a fake"):
        assert word in ended.stdout


def test_chat_answers_about_a_file_in_the_line_and_saves_it(write_pack, tmp_path, picture, sound):
    typed = f"'{picture}' plain\n/open {sound}\nplain\n/save out.png\n/clear\nplain\n/save gone.png\n/quit\n"
    ended = bubo("chat", "--pack", write_pack(), folder=tmp_path, typed=typed)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count(ANSWER) == 3
    assert ended.stdout.count("dog 0.80") >= 2
    assert "Picture and sound belong together" in ended.stdout
    assert ended.stdout.count(NOTICE) == 1
    assert (tmp_path / "out.png").exists()
    assert not (tmp_path / "gone.png").exists()


@pytest.mark.parametrize("typed", ["/open missing.png\nplain\n", "refusing\nplain\n", "surprised\nplain\n"])
def test_chat_survives_what_goes_wrong(write_pack, tmp_path, typed):
    ended = bubo("chat", "--pack", write_pack(), folder=tmp_path, typed=typed)
    assert ended.returncode == 0
    assert ANSWER in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_without_a_display_the_chat_in_the_terminal_shows_the_samples(write_pack, tmp_path, monkeypatch):
    monkeypatch.setenv("BUBO_HOME", str(tmp_path))
    packs = tmp_path / "data" / "packs"
    packs.mkdir(parents=True)
    write_pack(id="nano").rename(packs / "nano")
    for variable in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    ended = bubo(folder=tmp_path)
    assert ended.returncode == 0
    assert "no display" in ended.stderr
    assert ANSWER in ended.stdout
    assert list((tmp_path / "cache").glob("annotated-dog.png"))
