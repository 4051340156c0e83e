"""Sources: found where they lie, checked before any work, and fetched so that nothing is fetched twice."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import msgspec
import pytest
import torch

from build.errors import BuildError
from build.fetching import Fetcher, download
from build.recipe import Source
from build.sources import REVISION_FILE, describe_source, find_source, take_stock

ROOT = Path(__file__).parents[2]
FILE = Source(licence="none", about_mb=1, file="sub/x.pth", repository="a/b")
FOLDER = Source(
    licence="none",
    about_mb=1,
    files=("config.json",),
    weights=("*.safetensors", "pytorch_model*.bin"),
    repository="c/d",
)


def write_checkpoint(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": {"weight": torch.ones(2)}}, path)
    return path


def write_folder(path: Path) -> Path:
    write_checkpoint(path / "pytorch_model.bin")
    (path / "config.json").write_text("{}")
    return path


def told(sources: dict[str, Source], folder: Path, *, is_exact: bool = True) -> list[str]:
    with pytest.raises(BuildError) as caught:
        take_stock(sources, folder, is_exact=is_exact)
    return list(caught.value.problems)


def test_a_file_is_found_under_its_sources_name_or_its_own(tmp_path: Path) -> None:
    assert find_source("it", FILE, tmp_path) is None
    below = write_checkpoint(tmp_path / "x.pth")
    assert find_source("it", FILE, tmp_path) == below
    named = write_checkpoint(tmp_path / "it" / "sub" / "x.pth")
    assert find_source("it", FILE, tmp_path) == named


def test_a_folder_counts_only_when_it_is_whole(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "it" / "pytorch_model.bin")
    assert find_source("it", FOLDER, tmp_path) is None
    write_folder(tmp_path / "it")
    assert find_source("it", FOLDER, tmp_path) == tmp_path / "it"


def test_shards_count_only_together(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "it")
    (folder / "model-00001-of-00002.safetensors").touch()
    assert find_source("it", FOLDER, tmp_path) is None
    (folder / "model-00002-of-00002.safetensors").touch()
    assert find_source("it", FOLDER, tmp_path) == folder


def test_stock_names_every_file_with_its_hash(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "it")
    stock = take_stock({"it": FOLDER}, tmp_path, is_exact=True)["it"]
    assert stock.sha256 == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("config.json", "pytorch_model.bin")
    }
    (folder / REVISION_FILE).write_text("f" * 40)
    described = describe_source(FOLDER, take_stock({"it": FOLDER}, tmp_path, is_exact=True)["it"])
    assert described["config.json"].startswith(f"c/d at {'f' * 40}; none; sha256 {stock.sha256['config.json']}")


def test_missing_and_wrong_sources_are_told_together(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "short.pth")
    write_checkpoint(tmp_path / "other.pth")
    (tmp_path / "words.pth").write_text("words")
    sources = {
        "gone": FILE,
        "private": Source(licence="none", about_mb=1, file="y.pth"),
        "short": Source(licence="none", about_mb=1, file="short.pth", size_bytes=5, address="https://x.org/short.pth"),
        "other": Source(licence="none", about_mb=1, file="other.pth", sha256="0" * 64),
        "words": Source(licence="none", about_mb=1, file="words.pth"),
    }
    problems = told(sources, tmp_path)
    assert len(problems) == len(sources)
    expected = (
        "--fetch",
        "nobody is known to publish it",
        "bytes instead of 5",
        "SHA-256 is another",
        "cannot be used",
    )
    for name, words, problem in zip(sources, expected, problems, strict=True):
        assert f"The source {name} " in problem
        assert words in problem


def test_other_sizes_have_other_hashes(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "x.pth")
    source = msgspec.structs.replace(FILE, sha256="0" * 64, size_bytes=1)
    assert told({"it": source}, tmp_path)
    assert take_stock({"it": source}, tmp_path, is_exact=False)["it"].path == str(tmp_path / "x.pth")


def test_only_fetching_goes_online(tmp_path: Path) -> None:
    """The hub's library reads its switch when it is imported, which nothing may do before."""
    program = (
        "from pathlib import Path; import os; from bubo_desktop.environment import quiet_libraries; quiet_libraries();"
        "from build.fetching import fetch_sources; was = os.environ['HF_HUB_OFFLINE'];"
        "fetch_sources({}, Path(os.sys.argv[1]), print); from huggingface_hub import constants;"
        "print(was, constants.HF_HUB_OFFLINE)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "1 False"


class FakeHub:
    """A hub of two repositories, which counts what is fetched of it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.fetched: list[str] = []

    def model_info(self, repo_id: str, *, revision: str | None, files_metadata: bool) -> Any:
        assert files_metadata
        assert repo_id in {"a/b", "c/d"}
        siblings = [SimpleNamespace(rfilename=name, size=len(content)) for name, content in self.files.items()]
        return SimpleNamespace(sha=revision or "e" * 40, siblings=siblings)

    def hf_hub_download(self, repo_id: str, filename: str, *, revision: str, local_dir: Path) -> str:
        assert (repo_id, revision) in {("a/b", "e" * 40), ("c/d", "e" * 40)}
        self.fetched.append(filename)
        target = local_dir / filename
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.files[filename])
        return str(target)


def test_a_repository_is_fetched_once_and_its_commit_written_down(tmp_path: Path) -> None:
    hub = FakeHub({"config.json": b"{}", "pytorch_model.bin": b"b", "a.safetensors": b"s", "README.md": b"r"})
    lines: list[str] = []
    Fetcher(hub, lines.append).fetch({"it": FOLDER}, tmp_path)
    assert hub.fetched == ["config.json", "a.safetensors"]  # of the weights, the first pattern's
    assert (tmp_path / "it" / REVISION_FILE).read_text() == "e" * 40
    assert lines[0].startswith("To fetch: 2 files, 0.0 GB;")
    Fetcher(hub, lines.append).fetch({"it": FOLDER}, tmp_path)
    assert len(hub.fetched) == 2


def test_a_file_in_a_subfolder_lands_where_it_is_looked_for(tmp_path: Path) -> None:
    Fetcher(FakeHub({"sub/x.pth": b"x"}), print).fetch({"it": FILE}, tmp_path)
    assert find_source("it", FILE, tmp_path) == tmp_path / "it" / "sub" / "x.pth"


def test_what_cannot_be_fetched_is_told(tmp_path: Path) -> None:
    private = Source(licence="none", about_mb=1, file="y.pth")
    with pytest.raises(BuildError, match="published nowhere"):
        Fetcher(FakeHub({}), print).fetch({"it": private}, tmp_path)
    with pytest.raises(BuildError, match=r"has changed: c/d holds no \*\.safetensors or pytorch_model\*\.bin"):
        Fetcher(FakeHub({"config.json": b"{}"}), print).fetch({"it": FOLDER}, tmp_path)


def test_too_little_room_is_told_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("build.fetching.shutil.disk_usage", lambda _: SimpleNamespace(free=3))
    hub = FakeHub({"sub/x.pth": b"more than three"})
    with pytest.raises(BuildError, match=r"has room for 0\.0 GB"):
        Fetcher(hub, print).fetch({"it": FILE}, tmp_path)
    assert hub.fetched == []


CONTENT = bytes(range(256)) * 64


class Publisher(BaseHTTPRequestHandler):
    """Serves CONTENT; breaks off in the middle where the address says so."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.asked.append(wanted)
        start = int(re.findall(r"\d+", wanted)[0]) if wanted else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : len(CONTENT) // 2 if "broken" in self.path else None])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def publisher() -> Iterator[str]:
    Publisher.asked.clear()
    with HTTPServer(("127.0.0.1", 0), Publisher) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_download_goes_on_where_it_broke_off(publisher: str, tmp_path: Path) -> None:
    target = tmp_path / "it" / "x.pth"
    with pytest.raises(OSError, match="broke off"):
        download(f"{publisher}/broken", target)
    assert not target.exists()
    download(f"{publisher}/whole", target)
    assert target.read_bytes() == CONTENT
    assert Publisher.asked == ["", f"bytes={len(CONTENT) // 2}-"]


def test_a_download_that_was_whole_is_only_renamed(publisher: str, tmp_path: Path) -> None:
    (tmp_path / "x.pth.part").write_bytes(CONTENT)
    download(f"{publisher}/whole", tmp_path / "x.pth")
    assert (tmp_path / "x.pth").read_bytes() == CONTENT
