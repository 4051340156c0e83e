"""What foreign GGUF files say of themselves, read in a process that they may end."""

from __future__ import annotations

import ctypes
import re
import subprocess
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from llama_cpp import llama_cpp

from bubo_desktop.engine.language_template import MARKS, own_template, plain_template
from bubo_desktop.engine.language_weights import Weights
from bubo_desktop.packs.facts import Refusal, Told
from bubo_desktop.packs.manifest import PromptTemplate
from bubo_desktop.paths import program_command
from tests.engine import tiny_projector
from tests.engine.tiny_language import TinyShape, spm_vocabulary, write_language

WIDTH = 64
JINJA_BOMB = "{% for a in range(9**9) %}{% for b in range(9**9) %}{{ 9**9**9 }}{% endfor %}{% endfor %}"
TEMPLATES = {
    "chatml": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}",
    "llama3": "<|start_header_id|>{{ role }}<|end_header_id|>\n\n{{ content }}<|eot_id|>",
    "gemma": "<start_of_turn>{{ role }}\n{{ content }}<end_of_turn>\n",
    "llama2": "{{ '[INST] ' + content + ' [/INST]' }}",
}


def write_files(folder: Path, template: str = "", width: int = WIDTH) -> list[str]:
    write_language(folder / "a.gguf", spm_vocabulary(), TinyShape(), template)
    tiny_projector.write_llava(folder / "b.gguf", width)
    return [str(folder / "a.gguf"), str(folder / "b.gguf")]


def probe(*arguments: str) -> tuple[int, Told]:
    """As the command line does it."""
    command = [*program_command(), "--probe", *arguments]
    ended = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return ended.returncode, msgspec.json.decode(ended.stdout, type=Told)


def template_of(folder: Path, template: str) -> PromptTemplate | None:
    write_files(folder, template)
    with closing(Weights(folder / "a.gguf", repack=False)) as weights:
        return own_template(weights)


def words(template: PromptTemplate) -> tuple[str, str, str, str]:
    return template.system, template.human, template.assistant, template.turn_end


# Source: the rendered conversations in llama.cpp, tests/test-chat-template.cpp
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("chatml", ("", "<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n", "<|im_end|>\n")),
        (
            "llama3",
            (
                "",
                "<|start_header_id|>user<|end_header_id|>\n\n",
                "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
                "<|eot_id|>",
            ),
        ),
        ("gemma", ("", "<start_of_turn>user\n", "<end_of_turn>\n<start_of_turn>model\n", "<end_of_turn>\n")),
        ("llama2", ("", "[INST]", "[/INST]", "</s>")),
    ],
)
def test_a_known_template_is_cut_into_words(tmp_path: Path, kind: str, expected: tuple[str, ...]) -> None:
    """The tiny network's tokenizer sets a space before each text, so the template's own are left out."""
    template = template_of(tmp_path, TEMPLATES[kind])
    assert words(template) == expected
    assert template.control_tokens
    assert (template.image_tags, template.sound_tags) == (("", ""), ("", ""))


@pytest.mark.parametrize("template", ["", "{{ 'what is this' }}", JINJA_BOMB, "{{ x" * 10_000, "%s%n"])
def test_an_unknown_template_is_not_run_but_replaced(tmp_path: Path, template: str) -> None:
    write_files(tmp_path, template)
    with closing(Weights(tmp_path / "a.gguf", repack=False)) as weights:
        assert own_template(weights) is None
        assert words(plain_template(weights)) == ("", "USER:", "\nASSISTANT:", "</s>\n")


# Kinds that say more, or less, before an answer that is to come than before one that was given.
OF_TWO_MINDS = {"bailing-think", "gpt-oss", "hunyuan-dense", "solar-open", "yandex"}


def test_every_kind_that_llama_cpp_knows_is_cut_where_it_says(tmp_path: Path) -> None:
    names = (ctypes.c_char_p * 100)()
    n_kinds = llama_cpp._lib.llama_chat_builtin_templates(names, len(names))
    assert n_kinds > 40
    for name in (name.decode() for name in names[:n_kinds]):
        template = template_of(tmp_path, name)
        pieces = [template.system + template.human, template.turn_end + template.human, template.assistant]
        first, answered, second, last = re.split("|".join(MARKS), _render(name))
        # The start token stands elsewhere, and so do spaces that the tokenizer sets.
        rendered = [piece.removeprefix("<s>").replace(" ", "") for piece in (first, second, last)]
        assert [piece.replace(" ", "") for piece in pieces] == rendered, name
        assert (answered.strip() == last.strip()) == (name not in OF_TWO_MINDS)


def _render(kind: str) -> str:
    roles = (b"user", b"assistant", b"user")
    messages = [(role, mark.encode()) for role, mark in zip(roles, MARKS, strict=True)]
    buffer = ctypes.create_string_buffer(4096)
    chat = (llama_cpp.llama_chat_message * 3)(*messages)
    n_bytes = llama_cpp.llama_chat_apply_template(kind.encode(), chat, 3, True, buffer, 4096)
    return buffer.raw[:n_bytes].decode()


def test_facts_are_told_by_a_process_of_its_own(tmp_path: Path) -> None:
    code, facts = probe(*write_files(tmp_path, TEMPLATES["chatml"]))
    assert code == 0
    assert (facts.width, facts.n_ctx, facts.quantization) == (WIDTH, 256, "all F32")
    assert (facts.sees, facts.hears, facts.knows_template) == (True, False, True)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: write_files(folder, width=32), "another language network"),
        (lambda folder: (folder / "b.gguf").unlink(), "missing"),
        (lambda folder: (folder / "a.gguf").write_bytes(b"GGUF"), "damaged"),
        (lambda folder: (folder / "b.gguf").write_bytes((folder / "a.gguf").read_bytes()), "cannot be used"),
    ],
)
def test_files_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path, damage, sentence: str) -> None:
    arguments = write_files(tmp_path)
    damage(tmp_path)
    code, refusal = probe(*arguments)
    assert code == 1
    assert isinstance(refusal, Refusal)
    assert sentence in refusal.message
    assert "\n" not in refusal.message
