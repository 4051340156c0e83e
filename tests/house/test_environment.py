"""Libraries neither look for the network nor write down who uses them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from build.tree import ROOT

RUN_A_NETWORK = """
import sys
if sys.argv[1] == "quiet":
    from bubo_desktop.environment import quiet_libraries
    quiet_libraries()
import numpy, onnx, onnxruntime
from onnx import TensorProto, helper
x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy")
graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "negate", [x], [y])
network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
print(onnxruntime.InferenceSession(network.SerializeToString()).run(None, {"x": numpy.ones(1, numpy.float32)})[0])
"""


def files_left_in_an_empty_home(home: Path, manner: str) -> list[Path]:
    """Runs a network in a process without a network connection and without our switches, and looks at its home."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT)}  # nor CI, which the library takes for a switch
    command = [*without_network(), sys.executable, "-c", RUN_A_NETWORK, manner]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "-1" in result.stdout, result.stderr
    return [path for path in home.rglob("*") if path.is_file()]


def without_network() -> list[str]:
    """What to put before a command so that it runs without any network; empty where the system does not permit it."""
    command = ["unshare", "--map-root-user", "--net"]
    permitted = (
        shutil.which("unshare") and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    )
    return command if permitted else []


def test_running_a_network_leaves_nothing_behind(tmp_path: Path) -> None:
    assert files_left_in_an_empty_home(tmp_path, "quiet") == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep the library's files elsewhere")
def test_without_the_switches_something_is_left_behind(tmp_path: Path) -> None:
    """The control: the library still does what the switches are there against, so the test above proves something."""
    assert files_left_in_an_empty_home(tmp_path, "as it comes")


def test_the_switches_are_set_in_the_tests_too() -> None:
    from bubo_desktop.environment import QUIET_SWITCHES

    assert QUIET_SWITCHES.items() <= os.environ.items()
