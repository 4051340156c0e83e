"""Pictures that are looked at with the question in mind.

The drawn eyes give a picture's mean as its only feature; the drawn reader adds the numbers of the question's pieces.
"""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from bubo_desktop.engine.imaging import Picture
from bubo_desktop.engine.shelf import Shelf
from bubo_desktop.engine.vision import Vision
from bubo_desktop.errors import PackError
from bubo_desktop.packs.manifest import PixelInput, QuestionReader, VisionPart

PIXELS = PixelInput(4, 4, "stretch", (0, 0, 0), (1, 1, 1))
WORDS = {"[UNK]": 1, "[CLS]": 10, "[SEP]": 20, "what": 100, "why": 200}
READER = QuestionReader("reader.onnx", "tokenizer.json", max_tokens=4)
EYES = """
<ir_version: 9, opset_import: ["" : 17]>
eyes (float[B, 3, 4, 4] pixel_values) => (float[B, 1, 1] NAME) {
    whole = ReduceMean <axes = [1, 2, 3], keepdims = 0> (pixel_values)
    last = Constant <value_ints = [1, 2]> ()
    NAME = Unsqueeze (whole, last)
}
"""
READING = """
<ir_version: 9, opset_import: ["" : 17]>
reading (float[B, 1, 1] features, int64[B, N] input_ids) => (float[B, 1, 1] embeddings) {
    numbers = Cast <to = 1> (input_ids)
    along = Constant <value_ints = [1]> ()
    sum = ReduceSum <keepdims = 1> (numbers, along)
    rows = Unsqueeze (sum, along)
    embeddings = Add (features, rows)
}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "plain.onnx").write_bytes(
        onnx.parser.parse_model(EYES.replace("NAME", "embeddings")).SerializeToString()
    )
    (tmp_path / "eyes.onnx").write_bytes(onnx.parser.parse_model(EYES.replace("NAME", "features")).SerializeToString())
    (tmp_path / "reader.onnx").write_bytes(onnx.parser.parse_model(READING).SerializeToString())
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 20), ("[CLS]", 10))
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


@pytest.fixture
def white():
    return Picture.from_array(np.full((6, 8, 3), 255, np.uint8))


def test_what_the_language_network_is_shown_depends_on_the_question(folder, white):
    vision = Vision(VisionPart("eyes.onnx", PIXELS, 1, READER), Shelf(folder, 1))
    features = vision.see(white)
    assert vision.reads_questions
    assert features.tolist() == [[1.0]]
    assert vision.read_for("what", features).tolist() == [[131.0]]
    assert vision.read_for("why", features).tolist() == [[231.0]]


def test_a_long_question_keeps_its_beginning_and_its_marks(folder, white):
    vision = Vision(VisionPart("eyes.onnx", PIXELS, 1, READER), Shelf(folder, 1))
    assert vision.read_for("what why what what what", vision.see(white)).tolist() == [[331.0]]


def test_no_question_is_a_question(folder, white):
    vision = Vision(VisionPart("eyes.onnx", PIXELS, 1, READER), Shelf(folder, 1))
    assert vision.read_for("", vision.see(white)).tolist() == [[31.0]]


def test_eyes_without_a_reader_show_the_same_for_every_question(folder, white):
    vision = Vision(VisionPart("plain.onnx", PIXELS, 1), Shelf(folder, 1))
    embeddings = vision.see(white)
    assert not vision.reads_questions
    assert vision.read_for("what", embeddings) is embeddings


@pytest.mark.parametrize("content", ["", "{}", '{"model": {"type": "Unheard"}}'])
def test_a_damaged_tokenizer_is_refused(folder, content):
    (folder / "tokenizer.json").write_text(content)
    with pytest.raises(PackError, match="is not a usable tokenizer"):
        Vision(VisionPart("eyes.onnx", PIXELS, 1, READER), Shelf(folder, 1))


def test_a_missing_tokenizer_is_refused(folder):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(PackError, match="cannot be read"):
        Vision(VisionPart("eyes.onnx", PIXELS, 1, READER), Shelf(folder, 1))


def test_files_that_are_swapped_are_refused(folder):
    with pytest.raises(PackError, match="does not give features"):
        Vision(VisionPart("plain.onnx", PIXELS, 1, READER), Shelf(folder, 1))
    (folder / "reader.onnx").write_bytes((folder / "plain.onnx").read_bytes())
    with pytest.raises(PackError, match="does not ask for features, input_ids"):
        Vision(VisionPart("eyes.onnx", PIXELS, 1, READER), Shelf(folder, 1))
