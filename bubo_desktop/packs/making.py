"""The manifest of a pack that is made on this machine, from what its files say of themselves."""

from __future__ import annotations

import re
from typing import Any

from bubo_desktop.data import Sampling
from bubo_desktop.errors import InputError
from bubo_desktop.packs.catalog import UNFINISHED_SUFFIX
from bubo_desktop.packs.facts import Facts
from bubo_desktop.packs.integrity import named_files
from bubo_desktop.packs.manifest import LanguagePart, Manifest, PackFile, Parts, ProjectorPart

LANGUAGE_FILE, PROJECTOR_FILE = "language.gguf", "mmproj.gguf"
GROUNDING = ("tagger", "grounder", "segmenter", "sound_tagger")  # parts that look for what an answer names
MAX_CTX = 4096  # a 7B network keeps half a megabyte for each position
MAX_ANSWER_TOKENS = 512
MAX_NAME_CHARS = 80
ID_FORM = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def check_id(pack_id: str) -> str:
    """Returns the id where it can be a folder's name on every system. Raises `InputError`."""
    if not ID_FORM.fullmatch(pack_id) or pack_id.endswith((".", UNFINISHED_SUFFIX)):
        hint = "Use up to 64 small letters, digits, dots, dashes and underscores, beginning with a letter or digit."
        raise InputError(f"A pack cannot be called {pack_id!r}.", hint)
    return pack_id


def id_from(name: str) -> str:
    """An id made of the letters and digits of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-") or "imported"


def readable(words: str) -> str:
    """What can be shown, in one line, of what a file says."""
    return "".join(filter(str.isprintable, words)).strip()[:MAX_NAME_CHARS]


def make_manifest(
    facts: Facts, pack_id: str, name: str, files: tuple[PackFile, ...], donor: Manifest | None = None
) -> Manifest:
    """The manifest of a pack of a language file and a projector.

    Args:
        facts: of the two files.
        pack_id: as `check_id` allows.
        name: for people.
        files: those of the pack, all of them.
        donor: the pack whose parts find and outline what an answer names; without one, nothing is pointed at.
    """
    language = LanguagePart(LANGUAGE_FILE, facts.width, min(facts.n_ctx, MAX_CTX), facts.quantization)
    projector = ProjectorPart(PROJECTOR_FILE, sees=facts.sees, hears=facts.hears)
    return Manifest(
        id=pack_id,
        name=readable(name) or pack_id,
        version="1",
        description=_description(facts, donor),
        languages=donor.languages if donor else ("en",),
        parts=Parts(language=language, projector=projector, **(_grounding(donor) if donor else {})),
        files=files,
        prompt=facts.prompt,
        sampling=Sampling(max_tokens=MAX_ANSWER_TOKENS),
        vocabulary_file=donor.vocabulary_file if donor else None,
        synonyms=donor.synonyms if donor else {},
        licences=(donor.licences if donor else {}) | ({"language": readable(facts.licence)} if facts.licence else {}),
        provenance={"language": readable(facts.name) or "a file of the user's"}
        | ({"grounding": donor.id} if donor else {}),
    )


def borrowed_files(donor: Manifest) -> tuple[PackFile, ...]:
    """What `make_manifest` takes from a donor besides words. Raises `InputError` where it has nothing to give."""
    parts = _grounding(donor)
    if not parts:
        raise InputError(f"The pack {donor.id} has no parts that point at things.", "Name another one.")
    wanted = {donor.vocabulary_file, *(path for part in parts.values() for path in named_files(part))}
    return tuple(file for file in donor.files if file.path in wanted)


def _grounding(donor: Manifest) -> dict[str, Any]:
    return {name: part for name in GROUNDING if (part := getattr(donor.parts, name)) is not None}


def _description(facts: Facts, donor: Manifest | None) -> str:
    senses = " and ".join(word for word, can in (("pictures", facts.sees), ("sounds", facts.hears)) if can)
    pointing = f"; points with the parts of {donor.name}" if donor else ""
    return f"Imported: answers about {senses}{pointing}"
