"""The command, from a pack and a test set to tables and JSON, through the real engine process."""

import json
from pathlib import Path

import pytest

from build.evaluate import main
from build.evaluation.photographs import find_photographs
from build.evaluation.suites.nano_exam import draw_sittings
from tests.evaluation.test_refcoco import folder  # noqa: F401 - a fixture

NANO = Path(__file__).parents[2] / "models" / "nano"


@pytest.mark.usefixtures("qapp")
def test_nano_sits_a_short_exam(tmp_path, capsys):
    out, cases = tmp_path / "figures.json", tmp_path / "cases"
    command = ["--pack", str(NANO), "--suite", "nano", "--n", "4", "--json", str(out), "--cases", str(cases)]
    assert main(command) == 0
    told = json.loads(out.read_text())
    n_foreign = 4 + 1 + min(len(find_photographs(None)), 4)  # textures, a piece of a photograph, photographs
    assert (told["n_cases"], told["is_partial"]) == (4 + n_foreign, False)
    by_name = {figure["name"]: figure for figure in told["findings"]["figures"]}
    assert by_name["answers, exact"]["n"] == 24
    assert by_name["tags, F1"]["value"] > 0.5  # one picture of several may well go wrong
    assert by_name["textures not recognised"]["value"] == 1
    assert len(list(cases.iterdir())) == len(told["worst"])
    assert "answers, exact" in capsys.readouterr().out


@pytest.mark.usefixtures("qapp")
def test_a_public_test_set_is_asked_of_nano(folder, tmp_path):  # noqa: F811
    out = tmp_path / "figures.json"
    assert main(["--pack", str(NANO), "--suite", "refcoco", "--data", str(folder), "--json", str(out)]) == 0
    names = [figure["name"] for figure in json.loads(out.read_text())["findings"]["figures"]]
    assert "accuracy at IoU 0.5, val" in names


def test_what_is_wrong_is_told_in_a_sentence(tmp_path, capsys):
    assert main(["--pack", str(NANO), "--suite", "refcoco", "--data", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err == f"There is no folder {tmp_path / 'none'}.\n"
    with pytest.raises(SystemExit):
        main(["--pack", str(NANO), "--suite", "refcoco"])
    assert "needs --data" in capsys.readouterr().err


def test_the_exam_of_the_present_world_is_drawn_anew_from_its_seed(tmp_path):
    first, again = (
        [(each.asked, each.heard, [seen.label for seen in each.seen]) for each in draw_sittings(3, 4, tmp_path)]
        for _ in range(2)
    )
    assert first == again
