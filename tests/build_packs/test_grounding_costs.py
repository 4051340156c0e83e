"""Costs of grounding, measured with nano: that the rows are there, and that each is of a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bubo_desktop.packs.manifest import read_manifest
from build import grounding_costs
from build.apart import Cost, run_apart
from build.grounding_costs import Row, Task, measure_pack, tag

NANO = Path(__file__).parents[2] / "models" / "nano"


@pytest.fixture
def tasks(monkeypatch):
    """What would be measured in other processes is measured here; the tasks are listed."""
    listed: list[Task] = []

    def run_here(work, task, *arguments):
        listed.append(task)
        return work(task, *arguments), Cost(0.0, 0.0, len(listed) * 10**6)

    monkeypatch.setattr(grounding_costs, "run_apart", run_here)
    return listed


def test_every_step_has_a_row_and_what_it_needs(tasks):
    rows = {row.name: row for row in measure_pack(NANO, n_rounds=1)}
    assert [name.partition(":")[0] for name in rows] == [
        "tagger", *["grounder"] * 3, *["segmenter"] * 3, "all, opened one after another", "all, kept open",
    ]  # fmt: skip
    assert rows["segmenter: 5 boxes"].cpu_ms > rows["segmenter: the picture"].cpu_ms
    assert all(row.peak_mb > 0 for row in rows.values())
    files = [NANO / read_manifest(NANO).parts.tagger.file]
    assert rows["tagger"].size_mb == pytest.approx(sum(file.stat().st_size for file in files) / 1e6)
    assert {task.present for task in tasks if task.action is grounding_costs.ground} == {grounding_costs.PARTS}
    assert [task.budget_bytes for task in tasks if task.action is grounding_costs.ground] == [0, 0, None, None]
    assert all(task.maps is not None for task in tasks if task.action is grounding_costs.locate_new)


def test_a_table_has_a_line_for_each_row():
    rows = [Row("tagger", 400.4, 230.0, 912.0, 226.1), Row("segmenter: 5 boxes", 12.0, 7.0, 150.0, 20.7)]
    lines = grounding_costs.draw_table(rows).splitlines()
    assert len(lines) == 1 + len(rows)
    assert len({len(line) for line in lines}) == 1
    assert lines[1].split() == ["tagger", "400", "230", "912", "226.1"]


def test_a_step_is_measured_in_a_process_of_its_own():
    task = Task(NANO, read_manifest(NANO).parts, np.full((90, 120, 3), 128, np.uint8), ("tagger",), tag)
    (cpu_ms, wall_ms), cost = run_apart(grounding_costs._time, task, 1, 1)
    assert 0 < cpu_ms < 1e3 * cost.cpu_s
    assert 0 < wall_ms < 1e3 * cost.wall_s
    assert cost.peak_bytes > task.size_mb() * 1e6
