"""Stage 2: the projections learn to follow instructions about pictures, sounds, and pairs that belong together or not.

    python -m build.train_stage2 --sources DIR --data DATA.toml --start out/stage1 --out out/stage2
    accelerate launch --multi_gpu --mixed_precision bf16 -m build.train_stage2 ...

Without `--start` it goes on from the published checkpoint. A run that was stopped goes on with the same command.

Source: arXiv 2307.08581, section 3.2; train_configs/mmgpt4_stage2_mm.yaml in github.com/magic-research/bubogpt.
"""

from __future__ import annotations

import sys
from pathlib import Path

from build.training.stage import run_stage

RECIPE = Path(__file__).parent / "recipes" / "training" / "stage2.toml"

if __name__ == "__main__":
    sys.exit(run_stage(__doc__, RECIPE))
