r"""Stage 1: Q-Formers and projections learn to say in a sentence what is to be seen or heard; all else is frozen.

    python -m build.train_stage1 --sources DIR --data DATA.toml --out out/stage1
    accelerate launch --multi_gpu --mixed_precision bf16 -m build.train_stage1 --workers 8 ...
    accelerate launch --use_fsdp --fsdp_version 2 --fsdp_auto_wrap_policy TRANSFORMER_BASED_WRAP \
        --fsdp_transformer_layer_cls_to_wrap LlamaDecoderLayer --mixed_precision bf16 -m build.train_stage1 ...
    python -m torch.distributed.run --nproc_per_node 2 -m build.train_stage1 ...  # on CPUs

As published the sound's Q-Former and projection learn, from nothing, on WavCaps: the image's come from BLIP-2 and
MiniGPT-4. To train these too, name `vision.qformer` and `vision.projection` under `learns` in a recipe, with
`image_caption` in its mixture. A run that was stopped goes on with the same command.

Source: arXiv 2307.08581, section 3.2; train_configs/mmgpt4_stage1_audio.yaml in github.com/magic-research/bubogpt.
"""

from __future__ import annotations

import sys
from pathlib import Path

from build.training.stage import run_stage

RECIPE = Path(__file__).parent / "recipes" / "training" / "stage1.toml"

if __name__ == "__main__":
    sys.exit(run_stage(__doc__, RECIPE))
