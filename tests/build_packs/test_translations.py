"""The window's texts are all translated, and what the program reads is what the translators wrote."""

import re
import shutil
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from build.translations import FOLDER, LANGUAGES, collect, release, unfinished


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_program_is_translated_and_no_other(language, tmp_path):
    kept, fresh = FOLDER / f"bubo_{language}.ts", tmp_path / "fresh.ts"
    shutil.copy(kept, fresh)
    collect(language, fresh)
    assert fresh.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
    assert unfinished(kept) == []


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
