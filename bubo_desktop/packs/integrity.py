"""Is a pack what its manifest says? Sizes and SHA-256 of every file, and no way out of the folder.

A pack may come from anywhere: its paths are checked before anything is opened, links are refused (they lead out of
the folder), and so is whatever is no plain file (a FIFO would block for ever). Hard links are plain files: installers
make them, and their content is checked like any other.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from msgspec import Struct

from bubo_desktop.packs.manifest import MANIFEST_NAME, Manifest, PackFile

# What was a file a moment ago may be a link or a FIFO when it is opened. Windows has neither flag.
_SAFE_OPENING = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def check_files(folder: Path, manifest: Manifest) -> list[str]:
    """Compares the files of a pack with its manifest.

    Returns:
        One plain sentence per problem; empty where the pack is whole.
    """
    listed = [file.path for file in manifest.files]
    problems = [f"{path} is listed twice." for path in sorted({path for path in listed if listed.count(path) > 1})]
    problems += [f"{path} is used but not listed." for path in sorted(set(_used_files(manifest)) - set(listed))]
    for file in manifest.files:
        problem = _path_problem(folder, file.path) or _content_problem(folder, file)
        if problem:
            problems.append(f"{file.path} {problem}.")
    return problems


def unlisted_files(folder: Path, manifest: Manifest) -> list[str]:
    """Paths of files in the folder that the manifest does not mention: harmless, because nothing reads them."""
    listed = {MANIFEST_NAME, *(file.path for file in manifest.files)}
    found = (
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()
    )
    return sorted(set(found) - listed)


def _used_files(manifest: Manifest) -> Iterator[str]:
    yield from named_files(manifest.parts)
    if manifest.vocabulary_file is not None:
        yield manifest.vocabulary_file
    for case in manifest.self_test:
        yield from (path for path in (case.image, case.sound) if path is not None)


def named_files(part: Struct) -> Iterator[str]:
    """What stands in the fields `file` and `..._file` of a part and of the parts inside it."""
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, Struct):
            yield from named_files(value)
        elif value is not None and (name == "file" or name.endswith("_file")):
            yield value


def _open_safely(path: str, flags: int) -> int:
    return os.open(path, flags | _SAFE_OPENING)


def _path_problem(folder: Path, path: str) -> str | None:
    steps = PurePosixPath(path).parts
    leads_out = ".." in steps or PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive
    if not steps or leads_out or "\\" in path or "\0" in path:
        return "is not a path inside the pack's folder"
    for n_steps in range(1, len(steps) + 1):
        if folder.joinpath(*steps[:n_steps]).is_symlink():
            return "is a link, and links are not followed"
    return None


def _content_problem(folder: Path, file: PackFile) -> str | None:
    path = folder / file.path
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return "is not a plain file"
        if status.st_size != file.size_bytes:
            return f"has {status.st_size} bytes instead of {file.size_bytes}"
        with open(path, "rb", opener=_open_safely) as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if digest == file.sha256 else "was changed: its SHA-256 is not the manifest's"
