"""A report, from figures and pictures of bad cases to the three files a reader sees."""

import io

import msgspec
import numpy as np
import pytest
from PIL import Image

from build.evaluation.calibration import Scored
from build.evaluation.contact_sheet import MOST_BYTES, draw_sheet
from build.evaluation.examiner import Measurement
from build.evaluation.figures import Figure
from build.evaluation.gallery import Shown
from build.evaluation.report import CALIBRATION, REPORT, WORST, compose, main
from build.evaluation.suite import Findings
from build.evaluation.suites.nano_said import BY_KIND
from tests.evaluation.test_evaluate import NANO


def draws(value: float) -> tuple[float, ...]:
    """Of a bootstrap: evenly about the value."""
    return tuple(value + step / 1000 for step in range(-10, 11))


def measurement(tags: float, **changes) -> Measurement:
    figures = [
        Figure("tags, F1", tags, 500, tags - 0.01, tags + 0.005, draws=draws(tags)),
        Figure("answers that assert something absent", 0.02, 500, 0.01, 0.03),
        Figure("links, precision", 0.99, 500, 0.98, 1.0),
        Figure("where, en", 0.8, 50, 0.7, 0.9, BY_KIND),
    ]
    findings = Findings(
        figures,
        scored={"links": Scored([0.9, 0.8, 0.2], [True, True, False])},
        confusions={"what (rows) and why": {"where": {"right": 40, "place": 10}}, "nothing": {}},
        notes=("A note.",),
    )
    plain = Measurement("nano", "nano 1", "Q8_0", "this test", 9, None, 500, 500, False, [], findings)
    return msgspec.structs.replace(plain, **changes)


def row(report: str, name: str) -> list[str]:
    [line] = [line for line in report.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def read_width(png: bytes) -> int:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.width


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (240, 240, 3), np.uint8)
    for number in range(20):
        Image.fromarray(noise).save(folder / f"{number:02d}.png")
    return folder


def test_goals_are_judged_and_told_first():
    report = compose({"shipped": measurement(0.97)}, [], NANO)
    goals = report[report.index("## Goals") : report.index("## Answers exact")]
    assert row(goals, "tags, F1")[1:] == [">= 0.98", "0.970", "0.960 to 0.975", "500", "**missed**"]
    assert row(goals, "answers that assert something absent")[1:] == [
        "<= 0.01", "0.020", "0.010 to 0.030", "500", "**missed**, narrowly"
    ]  # fmt: skip
    assert row(goals, "links, precision")[5] == "met"
    assert row(goals, "Answers exact, by kind: the worst, where, en")[1:3] == [">= 0.85", "0.800"]
    assert row(goals, "megabytes of the whole pack")[1:3] == ["<= 40", "20.7"]


def test_kinds_stand_beside_each_other_in_both_languages():
    figures = [Figure(f"where, {language}", value, 50, table=BY_KIND) for language, value in (("en", 0.8), ("es", 0.9))]
    report = compose({"shipped": measurement(0.97, findings=Findings(figures))}, [], NANO)
    assert row(report, "where")[1:] == ["**0.800**", "", "50", "0.900", "", "50"]


def test_the_loss_of_quantisation_is_told_pair_by_pair():
    report = compose({"shipped": measurement(0.97), "fp32": measurement(0.99)}, [], NANO)
    losses = report[report.index("## Beside fp32") :]
    assert row(losses, "tags, F1")[1:] == ["0.970", "0.990", "+0.0200", "+0.0200 to +0.0200", "**missed**"]
    assert row(losses, "links, precision")[3:] == ["+0.0000", "", "met"]


def test_the_command_stands_beside_what_it_measured():
    runs = {"shipped": measurement(0.9, command="python -m one"), "fp32": measurement(0.9, command="python -m two")}
    report = compose(runs, [], NANO)
    goals, beside = report.index("## Goals"), report.index("## Beside fp32")
    assert report.index("    python -m one") < goals < beside < report.index("    python -m two")


def test_what_a_reader_must_know_comes_first():
    run = measurement(0.9, is_partial=True, n_cases=100, left_out=["a.png: It is damaged."])
    report = compose({"shipped": run}, [], NANO)
    head = report[: report.index("## Goals")]
    assert "**Partial:** the run shipped was stopped after 100 of 500 cases." in head
    assert "1 cases of the run shipped were left out." in head
    assert "A note." in head
    assert "Q8_0" in head


def test_confusions_stand_in_tables_and_empty_ones_do_not():
    report = compose({"shipped": measurement(0.9)}, [], NANO)
    assert row(report[report.index("## Confusions") :], "where")[1:] == ["40", "10"]
    assert "Confusions: nothing" not in report


def test_published_numbers_are_marked_where_ours_is_not_the_same():
    findings = Findings([Figure("accuracy at IoU 0.5, val", 0.51, 900, 0.48, 0.54)])
    refcoco = measurement(0.9, suite="refcoco", pack="small 1", findings=findings)
    report = compose({"shipped": measurement(0.9)}, [refcoco], NANO)
    part = report[report.index("### refcoco") : report.index("### flickr-soundnet")]
    assert "The same measure." in part
    assert row(part, "ours: small 1")[1] == "0.510 (0.480 to 0.540)"
    assert row(part, "Kosmos-2, zero-shot")[1] == "0.523"
    drawn = compose({"shipped": measurement(0.9)}, [msgspec.structs.replace(refcoco, n_drawn=900)], NANO)
    assert "**Not the same measure:** ours is of 500 cases that were drawn." in drawn
    other = report[report.index("### grandf") : report.index("### groundingbench")]
    assert "Ours was not measured." in other
    assert row(other, "BuboGPT")[1] == "0.171"


def test_a_bar_in_an_answer_does_not_break_its_table():
    run = measurement(0.9, worst=[Shown("00.png", 1.0, "a|b", "c", "d")])
    assert "| 1 | a\\|b | c | d |" in compose({"shipped": run}, [], NANO)


def test_one_command_writes_the_three_files(tmp_path, cases):
    run = measurement(0.99, worst=[Shown(f"{number:02d}.png", 1.0, "?", "yes", "no") for number in range(20)])
    (tmp_path / "run.json").write_bytes(msgspec.json.encode(run))
    out = tmp_path / "out"
    out.mkdir()
    main(["--run", f"shipped={tmp_path / 'run.json'}", "--cases", str(cases), "--pack", str(NANO), "--out", str(out)])
    report = (out / REPORT).read_text()
    assert f"]({CALIBRATION})" in report
    assert f"]({WORST})" in report
    assert read_width((out / CALIBRATION).read_bytes()) > 300
    assert (out / WORST).stat().st_size < MOST_BYTES


def test_runs_that_cannot_stand_side_by_side_are_refused(tmp_path, cases, capsys):
    for name, seed in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.json").write_bytes(msgspec.json.encode(measurement(0.9, seed=seed)))
    runs = [word for name in "ab" for word in ("--run", f"{name}={tmp_path / name}.json")]
    assert main([*runs, "--cases", str(cases), "--pack", str(NANO), "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == ("The run b is not of the same suite, seed and number of cases as the first.\n")


def test_a_sheet_of_noise_is_made_small_enough(cases):
    shown = [Shown(f"{number:02d}.png", 1.0, "", "", "") for number in range(20)]
    contents = draw_sheet(shown, cases)
    assert len(contents) <= MOST_BYTES
    assert read_width(contents) >= 600
    assert draw_sheet([], cases)
