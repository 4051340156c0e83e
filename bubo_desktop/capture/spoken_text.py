"""An answer as it is read aloud: sentence by sentence, without the marks that are for the eye."""

from __future__ import annotations

import re

from PySide6.QtGui import QTextDocument

# After an end mark and before the next word; but not after a capitalised word of up to three letters, as in "Dr. Wood".
_SENTENCE_END = re.compile(r"(?<!\b[A-Z]\.)(?<!\b[A-Z]\w\.)(?<!\b[A-Z]\w\w\.)(?<=[.!?…])\s+")


def spoken_sentences(answer: str) -> list[str]:
    """The sentences of an answer in Markdown; headings, items and lines of code are sentences of their own.

    What has no letter or digit cannot be said and is left out.
    """
    document = QTextDocument()
    features = QTextDocument.MarkdownFeature
    document.setMarkdown(answer, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
    lines = document.toPlainText().replace("\ufffc", "").splitlines()  # without the places of pictures
    sentences = [part for line in lines for part in _SENTENCE_END.split(line)]
    return [" ".join(part.split()) for part in sentences if any(map(str.isalnum, part))]
