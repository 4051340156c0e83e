"""Small tar shards as the data sets publish them."""

import io
import json
import tarfile
from pathlib import Path


def write_shard(path: Path, files: dict[str, bytes | dict]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, contents in files.items():
            data = json.dumps(contents).encode() if isinstance(contents, dict) else contents
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path
