"""The window's texts are all translated, and what the program reads is what the translators wrote."""

import ast
import re
import shutil
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from build.translations import FOLDER, LANGUAGES, PACKAGE, collect, release, unfinished


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_program_is_translated_and_no_other(language, tmp_path):
    kept, fresh = FOLDER / f"bubo_{language}.ts", tmp_path / "fresh.ts"
    shutil.copy(kept, fresh)
    collect(language, fresh)
    assert fresh.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
    assert unfinished(kept) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_escapes_the_collection(language):
    contexts = ET.parse(FOLDER / f"bubo_{language}.ts").iter("context")
    collected = {(c.findtext("name"), m.findtext("source")) for c in contexts for m in c.iter("message")}
    files = [path for room in ("state", "ui") for path in (PACKAGE / room).rglob("*.py")]
    said = {text for path in files for text in _said(ast.parse(path.read_text(encoding="utf-8")))}
    assert said - collected == set()  # as it happens to one inside an f-string, of which Qt's tool knows nothing


def _said(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Where a text belongs, and the text, for each call of `tr` in a class."""
    for room in ast.walk(tree):
        if isinstance(room, ast.ClassDef):
            for call in ast.walk(room):
                match call:
                    case ast.Call(func=ast.Attribute(attr="tr"), args=[ast.Constant(value=str(text))]):
                        yield room.name, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_program_reads_the_newest_translations(language, tmp_path):
    source = FOLDER / f"bubo_{language}.ts"
    release(source, tmp_path / "fresh.qm")
    assert (tmp_path / "fresh.qm").read_bytes() == source.with_suffix(".qm").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fill_in_the_same_blanks(language):
    def blanks(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w*\}", text))

    for message in ET.parse(FOLDER / f"bubo_{language}.ts").iter("message"):
        source, translation = message.findtext("source"), message.findtext("translation")
        assert blanks(source) == blanks(translation), source


def test_the_window_speaks_spanish(qapp):
    translator = QTranslator()
    assert translator.load(str(FOLDER / "bubo_es.qm"))
    qapp.installTranslator(translator)
    try:
        assert QCoreApplication.translate("ShortcutSheet", "New chat") == "Nuevo chat"
    finally:
        qapp.removeTranslator(translator)
