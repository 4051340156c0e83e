"""SAM and SAM 2 at tiny sizes."""

from __future__ import annotations

from transformers import Sam2Config, SamConfig

SIZE = 128
PROMPTS = {"image_size": SIZE, "mask_input_channels": 8}
DECODER = {"mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 16}


def sam_config() -> SamConfig:
    """Windows of 3 of 8 places, so that the last are padded, and one layer that looks at all."""
    vision = {
        "hidden_size": 32, "output_channels": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": SIZE,
        "window_size": 3, "global_attn_indexes": [2], "num_pos_feats": 8,
    }  # fmt: skip
    decoder = {"hidden_size": 16, **DECODER}
    return SamConfig(
        vision_config=vision, prompt_encoder_config={"hidden_size": 16, **PROMPTS}, mask_decoder_config=decoder
    )


def sam2_config() -> Sam2Config:
    """Four stages as published, of few blocks and channels."""
    backbone = {
        "model_type": "sam2_hiera_det_model", "hidden_size": 16, "image_size": [SIZE, SIZE],
        "blocks_per_stage": [1, 1, 2, 1], "embed_dim_per_stage": [16, 32, 64, 128],
        "num_attention_heads_per_stage": [1, 2, 4, 8], "global_attention_blocks": [3],
    }  # fmt: skip
    vision = {
        "backbone_config": backbone, "backbone_channel_list": [128, 64, 32, 16], "fpn_hidden_size": 32,
        "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
    }  # fmt: skip
    decoder = {"hidden_size": 32, **DECODER}
    return Sam2Config(
        vision_config=vision, prompt_encoder_config={"hidden_size": 32, **PROMPTS}, mask_decoder_config=decoder
    )
