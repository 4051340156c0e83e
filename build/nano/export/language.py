"""The language network as GGUF, and the words of its prompt, as they are packed in training."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from transformers import LlamaForCausalLM

from bubo_desktop.data import Sampling
from bubo_desktop.packs.manifest import LanguagePart, PromptTemplate
from build.gguf_export import export_folder
from build.nano.export.files import Precision
from build.world.talk.tokenizer import Tokenizer

FILE = "language.gguf"
QUANTIZATIONS: dict[Precision, str] = {"int8": "Q8_0", "float32": "F32"}
N_EARLIER_TURNS = 3  # training's conversations have four turns at most
MAX_TOKENS = 128  # the longest description of eight objects has about 80
SAMPLING = Sampling(temperature=0.0, max_tokens=MAX_TOKENS)
PROMPT = PromptTemplate(
    system="", human="<Human>", assistant="<Assistant>", turn_end="</s>", image_tags=("<Vision>", "</Vision>"),
    sound_tags=("<Audio>", "</Audio>"), stop=(), control_tokens=True, fold_case=True, max_turns=N_EARLIER_TURNS,
)  # fmt: skip


def write_language(network: LlamaForCausalLM, tokenizer: Tokenizer, folder: Path, precision: Precision) -> LanguagePart:
    """Writes the network into the pack `folder`."""
    quantization = QUANTIZATIONS[precision]
    with TemporaryDirectory() as scratch:
        network.save_pretrained(scratch)
        (Path(scratch) / "tokenizer.model").write_bytes(tokenizer.serialized)
        config = export_folder(Path(scratch), folder / FILE, "nano", quantization)
    return LanguagePart(FILE, config.hidden_size, config.max_position_embeddings, quantization)
