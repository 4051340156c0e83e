"""A Swin transformer: a picture as one token for the whole and one for each of its places.

Tokens are kept in the order of the windows they attend in, so that moving from one block's windows to the next's,
shifted or not, is a single permutation.

Source: arXiv 2103.14030; names of tensors as in github.com/microsoft/Swin-Transformer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from build.dims import RamDims

PATCH_PX = 4
_MLP_RATIO = 4
_FORBIDDEN = -100.0  # what the published network adds to the scores of places that were not neighbours
_REGIONS = 3


class WindowAttention(nn.Module):
    """Self-attention within windows, with a learned bias for each offset between two places."""

    def __init__(self, width: int, n_heads: int, side: int, window: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.bias_table = nn.Parameter(torch.empty((2 * window - 1) ** 2, n_heads))
        self._offsets = window_offsets(window)
        # Sizes as numbers, not read off the tensors: the exported graph is not littered with their arithmetic.
        self._windows = ((side // window) ** 2, window**2)
        self._width, self._heads = width, (n_heads, width // n_heads)

    def forward(self, windows: Tensor, mask: Tensor | None) -> Tensor:
        """Maps windows [B, windows, places, width]; `mask` [windows, 1, places, places] is added to the scores."""
        query, key, value = (self._by_heads(rows) for rows in self.qkv(windows).split(self._width, dim=-1))
        scores = (query * self._heads[1] ** -0.5) @ key.transpose(-2, -1)
        scores = scores + self.bias_table[self._offsets].permute(2, 0, 1)
        if mask is not None:
            scores = scores + mask
        seen = (scores.softmax(dim=-1) @ value).transpose(2, 3)
        return self.proj(seen.reshape(-1, *self._windows, self._width))

    def _by_heads(self, rows: Tensor) -> Tensor:
        """[B, windows, places, width] -> [B, windows, heads, places, head width]."""
        return rows.reshape(-1, *self._windows, *self._heads).transpose(2, 3)


class SwinBlock(nn.Module):
    """Attention within windows, then an MLP, each on normalised tokens and added to them."""

    def __init__(self, width: int, n_heads: int, side: int, window: int, shift: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = WindowAttention(width, n_heads, side, window)
        self.norm2 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, _MLP_RATIO * width)
        self.fc2 = nn.Linear(_MLP_RATIO * width, width)
        self._mask = shift_mask(side, window, shift) if shift else None
        self._windows, self._tokens = ((side // window) ** 2, window**2, width), (side**2, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps tokens [B, places, width] in the order of this block's windows."""
        windows = self.norm1(tokens).reshape(-1, *self._windows)
        tokens = tokens + self.attn(windows, self._mask).reshape(-1, *self._tokens)
        return tokens + self.fc2(F.gelu(self.fc1(self.norm2(tokens))))


class Merging(nn.Module):
    """Makes one token of each four neighbours, twice as wide."""

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * width)
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self._shape = (side**2 // 4, 4 * width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps tokens [B, places, width] in the order of neighbours to [B, places / 4, 2 width]."""
        return self.reduction(self.norm(tokens.reshape(-1, *self._shape)))


class Stage(nn.Module):
    """Blocks on tokens of one resolution, every other one with shifted windows.

    Args:
        side: places along one side of the picture.
        merges: whether the stage ends with a `Merging`.
    """

    def __init__(self, width: int, depth: int, n_heads: int, side: int, window: int, *, merges: bool) -> None:
        super().__init__()
        window = min(window, side)
        shifts = [window // 2 if number % 2 and side > window else 0 for number in range(depth)]
        self.blocks = nn.ModuleList(SwinBlock(width, n_heads, side, window, shift) for shift in shifts)
        self.merging = Merging(width, side) if merges else None
        self._orders = [window_order(side, window, shift) for shift in shifts]
        self._side = side

    def forward(self, tokens: Tensor) -> Tensor:
        """Maps tokens [B, places, width]; they come and go from left to right and top to bottom."""
        order = _places(self._side)
        for block, wanted in zip(self.blocks, self._orders, strict=True):
            tokens, order = block(_reordered(tokens, order, wanted)), wanted
        if self.merging is None:
            return _reordered(tokens, order, _places(self._side))
        return self.merging(_reordered(tokens, order, neighbour_order(self._side)))


class Swin(nn.Module):
    """The picture encoder of the tagger.

    Args:
        dims: sizes; the picture is `img` px wide and high, `window` divides the places along a side of each stage.
    """

    def __init__(self, dims: RamDims) -> None:
        super().__init__()
        self.patch_embed = nn.Conv2d(3, dims.embed, PATCH_PX, stride=PATCH_PX)
        self.patch_norm = nn.LayerNorm(dims.embed)
        self.stages = nn.ModuleList(_stages(dims))
        self.norm = nn.LayerNorm(swin_width(dims))

    def forward(self, pixel_values: Tensor) -> Tensor:
        """float32 [B, 3, img, img] -> [B, 1 + places, width]: the mean of the places' tokens, then these."""
        tokens = self.patch_norm(self.patch_embed(pixel_values).flatten(2).transpose(1, 2))
        for stage in self.stages:
            tokens = stage(tokens)
        tokens = self.norm(tokens)
        return torch.cat([tokens.mean(dim=1, keepdim=True), tokens], dim=1)


def swin_width(dims: RamDims) -> int:
    """Width of the tokens that `Swin` gives."""
    return dims.embed * 2 ** (len(dims.depths) - 1)


def swin_names(dims: RamDims) -> dict[str, str]:
    """Every tensor of the published network -> its name in `Swin`."""
    names = _with_bias({"patch_embed.proj": "patch_embed", "patch_embed.norm": "patch_norm", "norm": "norm"})
    for stage, depth in enumerate(dims.depths):
        for block in range(depth):
            names |= _block_names(f"layers.{stage}.blocks.{block}", f"stages.{stage}.blocks.{block}")
    for stage in range(len(dims.depths) - 1):
        theirs, ours = f"layers.{stage}.downsample", f"stages.{stage}.merging"
        names |= _with_bias({f"{theirs}.norm": f"{ours}.norm"})
        names[f"{theirs}.reduction.weight"] = f"{ours}.reduction.weight"
    return names


def _block_names(theirs: str, ours: str) -> dict[str, str]:
    layers = {"norm1": "norm1", "attn.qkv": "attn.qkv", "attn.proj": "attn.proj", "norm2": "norm2"}
    layers |= {"mlp.fc1": "fc1", "mlp.fc2": "fc2"}
    names = _with_bias({f"{theirs}.{layer}": f"{ours}.{name}" for layer, name in layers.items()})
    return names | {f"{theirs}.attn.relative_position_bias_table": f"{ours}.attn.bias_table"}


def _with_bias(layers: Mapping[str, str]) -> dict[str, str]:
    return {f"{theirs}.{kind}": f"{ours}.{kind}" for theirs, ours in layers.items() for kind in ("weight", "bias")}


SWIN_DROPPED = (  # both follow from the sizes
    r"layers\.\d+\.blocks\.\d+\.attn_mask",
    r"layers\.\d+\.blocks\.\d+\.attn\.relative_position_index",
)
"""Regular expressions of the published tensors that `Swin` does without."""


def window_order(side: int, window: int, shift: int) -> Tensor:
    """Numbers of the places (counted along rows), window by window, of a picture rolled up and left by `shift`: int64
    of shape (side x side,).
    """
    rolled = _places(side).reshape(side, side).roll((-shift, -shift), (0, 1))
    return _by_windows(rolled, window).flatten()


def neighbour_order(side: int) -> Tensor:
    """Numbers of the places so that each square of four follows each other, down the left column, then the right: int64
    of shape (side x side,).
    """
    places = _places(side).reshape(side // 2, 2, side // 2, 2)
    return places.permute(0, 2, 3, 1).flatten()


def window_offsets(window: int) -> Tensor:
    """For each pair of places of a window, int64 [places, places], the row of the bias table for their offset."""
    place = _places(window)
    row, column = place // window, place % window
    down = row[:, None] - row[None, :] + window - 1
    right = column[:, None] - column[None, :] + window - 1
    return down * (2 * window - 1) + right


def shift_mask(side: int, window: int, shift: int) -> Tensor:
    """float32 [windows, 1, places, places]: 0 between places that were neighbours before rolling, else forbidden."""
    line = torch.zeros(side, dtype=torch.int64, device="cpu")
    line[side - window :] = 1
    line[side - shift :] = 2
    region = _by_windows(line[:, None] * _REGIONS + line[None, :], window)
    apart = region[:, None, :, None] != region[:, None, None, :]
    return apart.float() * _FORBIDDEN


def _places(side: int) -> Tensor:
    """Numbers of the places of a square, along its rows; they are values even in a network without any."""
    return torch.arange(side**2, device="cpu")


def _by_windows(places: Tensor, window: int) -> Tensor:
    """[side, side] -> [windows, places of a window]."""
    n = len(places) // window
    return places.reshape(n, window, n, window).transpose(1, 2).reshape(n * n, window * window)


def _reordered(tokens: Tensor, order: Tensor, wanted: Tensor) -> Tensor:
    """Tokens [B, places, width] that stand in one order of the places, in another."""
    return tokens if order.equal(wanted) else tokens[:, order.argsort()[wanted]]


def _stages(dims: RamDims) -> Iterator[Stage]:
    side, last = dims.img // PATCH_PX, len(dims.depths) - 1
    for number, (depth, n_heads) in enumerate(zip(dims.depths, dims.heads, strict=True)):
        width = dims.embed * 2**number
        yield Stage(width, depth, n_heads, side >> number, dims.window, merges=number < last)
