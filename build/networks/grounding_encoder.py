"""Grounding DINO's encoder, in which a picture's places and a text's tokens look at each other.

The same sums as published, in another order where that is cheaper: a text has a dozen tokens and a picture thousands
of places, so what would be done to each place is done to each token instead.

Source: arXiv 2303.05499, section 3.2; names of the layers as in transformers, modeling_grounding_dino.py.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from build.networks.deformable_attention import DeformableAttention


class EncoderLayer(nn.Module):
    """One layer, made of one of transformers'."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        deformable = layer.deformable_layer
        self.fusion = Fusion(layer.fusion_layer)
        self.text_layer = layer.text_enhancer_layer
        self.attention, self.attention_norm = DeformableAttention(deformable.self_attn), deformable.self_attn_layer_norm
        self.feed_forward = nn.Sequential(deformable.fc1, deformable.activation_fn, deformable.fc2)
        self.norm = deformable.final_layer_norm

    def forward(
        self, vision: Tensor, text: Tensor, mask: Tensor, text_positions: Tensor, **places: object
    ) -> tuple[Tensor, Tensor]:
        """Returns new places and tokens.

        Args:
            vision: [1, places, d].
            text: [1, n, d].
            mask: added to the text's own attention [1, heads, n, n].
            text_positions: [1, n, d].
            places: what `DeformableAttention` is told of the places and maps.
        """
        vision, text = self.fusion(vision, text)
        text, _ = self.text_layer(text, mask, text_positions)
        attended, _ = self.attention(hidden_states=vision, encoder_hidden_states=vision, **places)
        vision = self.attention_norm(vision + attended)
        # Without the batch's axis a layer is one product and its bias at once.
        return self.norm(vision + self.feed_forward(vision[0])[None]), text


class Fusion(nn.Module):
    """Attention of places [1, places, d] to tokens [1, n, d] and of tokens to places, by the same products.

    With a head's query weights Q, a token's key k and a place v, (v Q) k is v (Q k): a matrix as large as the text,
    instead of one as large as the picture. Values are brought to their place in the same way.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer: Any = layer
        self.attention: Any = layer.attn

    def forward(self, vision: Tensor, text: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        layer, attention = self.layer, self.attention
        places, tokens = layer.layer_norm_vision(vision)[0], layer.layer_norm_text(text)[0]
        keys = _split(attention.text_proj(tokens), attention.num_heads) * attention.scale
        queries = _heads(attention.vision_proj.weight, attention.num_heads)
        lean = keys @ attention.vision_proj.bias.view(attention.num_heads, -1, 1)
        logits = (keys @ queries) @ places.T + lean  # heads, n, places
        to_tokens = logits.softmax(1).flatten(0, 1).T
        seen = logits.softmax(2) @ places
        place_change = to_tokens @ self._token_values(tokens) + attention.out_vision_proj.bias
        token_change = attention.out_text_proj(self._place_values(seen))
        return (places + layer.vision_param * place_change)[None], (tokens + layer.text_param * token_change)[None]

    def _token_values(self, tokens: Tensor) -> Tensor:
        """What each token adds to a place that looks at it with each head, [heads x n, d]."""
        attention = self.attention
        values = _split(attention.values_text_proj(tokens), attention.num_heads)
        weights = attention.out_vision_proj.weight
        return (values @ _heads(weights.T, attention.num_heads)).flatten(0, 1)

    def _place_values(self, seen: Tensor) -> Tensor:
        """Values of what each head of each token sees, a mean of places [heads, n, d]: [n, heads x size]."""
        projection, n_heads = self.attention.values_vision_proj, self.attention.num_heads
        values = seen @ _heads(projection.weight, n_heads).transpose(1, 2) + projection.bias.view(n_heads, 1, -1)
        return values.transpose(0, 1).flatten(1)


def _heads(weights: Tensor, n_heads: int) -> Tensor:
    """Rows of a matrix [heads x size, d] by head: [heads, size, d]."""
    return weights.unflatten(0, (n_heads, -1))


def _split(rows: Tensor, n_heads: int) -> Tensor:
    """Rows [n, heads x size] by head: [heads, n, size]."""
    return rows.unflatten(1, (n_heads, -1)).transpose(0, 1)
