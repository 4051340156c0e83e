"""Detectors of transformers at tiny sizes with drawn weights, in folders of the published form."""

from pathlib import Path

from transformers import (
    BertConfig,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    Owlv2Config,
    Owlv2ForObjectDetection,
    OwlViTConfig,
    OwlViTForObjectDetection,
    PreTrainedModel,
    SwinConfig,
)

from build.random_detectors import draw_weights, letter_tokenizer, word_tokenizer

BEGIN, END = 498, 499


def write_grounding_dino(folder: Path) -> GroundingDinoForObjectDetection:
    stages = ["stage2", "stage3", "stage4"]
    backbone = SwinConfig(embed_dim=16, depths=[1, 1, 2, 1], num_heads=[1, 2, 2, 4], window_size=7, out_features=stages)
    text = BertConfig(vocab_size=1100, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    config = GroundingDinoConfig(
        backbone_config=backbone.to_dict(), text_config=text.to_dict(), d_model=32, encoder_layers=2, decoder_layers=2,
        encoder_ffn_dim=64, decoder_ffn_dim=64, encoder_attention_heads=4, decoder_attention_heads=4, num_queries=60,
        disable_custom_kernels=True,
    )  # fmt: skip
    return _written(GroundingDinoForObjectDetection(config), word_tokenizer(), folder)


def write_owl(folder: Path, version: int) -> PreTrainedModel:
    config_class, network_class = (
        (OwlViTConfig, OwlViTForObjectDetection) if version == 1 else (Owlv2Config, Owlv2ForObjectDetection)
    )
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    text = {"vocab_size": 500, "hidden_size": 32, "max_position_embeddings": 24, **sizes}
    text |= {"bos_token_id": BEGIN, "eos_token_id": END}
    vision = {"hidden_size": 48, "image_size": 96, "patch_size": 16, **sizes}
    network = network_class(config_class(text_config=text, vision_config=vision, projection_dim=32))
    return _written(network, letter_tokenizer(BEGIN, END), folder)


def _written(network, tokenizer, folder):
    draw_weights(network)
    folder.mkdir(parents=True, exist_ok=True)
    network.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return network.eval()
