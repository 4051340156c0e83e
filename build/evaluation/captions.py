"""How much a caption says what people said: CIDEr-D and METEOR, without Java and without downloads.

The published METEOR is version 1.5, a Java program with WordNet's synonyms and tables of paraphrases, which have to be
downloaded. Ours is NLTK's, with exact and stemmed matches alone and the parameters of the first METEOR: it is lower and
not to be compared with published numbers. SPICE needs a parser in Java and FENSE a pretrained language network: there
is neither here, and so no SPIDEr.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from nltk.tokenize import TreebankWordTokenizer
from nltk.translate.meteor_score import meteor_score

Words = tuple[str, ...]
Vector = dict[Words, float]
LONGEST = 4  # words of an n-gram
SIGMA = 6.0  # words by which lengths may differ
SCALE = 10.0
METEOR_NOTE = "METEOR is NLTK's, without synonyms and paraphrases: lower than METEOR 1.5 of the published numbers."
# Source: tylin/coco-caption, pycocoevalcap/tokenizer: what is dropped of a caption's tokens.
_PUNCTUATION = frozenset("'' ' `` ` -LRB- -RRB- -LCB- -RCB- . ? ! , : - -- ... ; ( ) { }".split())


class NoSynonyms:
    """Stands where NLTK would ask WordNet."""

    def synsets(self, _word: str) -> Sequence[object]:
        """None."""
        return ()


def split_caption(caption: str) -> Words:
    """Words in lower case as the Penn Treebank divides them, without punctuation."""
    return tuple(word for word in TreebankWordTokenizer().tokenize(caption.lower()) if word.upper() not in _PUNCTUATION)


def score_meteor(said: str, wanted: Sequence[str]) -> float:
    """METEOR of a caption against the best of several, in 0..1; see above for what it leaves out.

    Source: Banerjee and Lavie, "METEOR" (2005): F-mean of weight 9 on recall, less up to half for words out of order.
    """
    score: float = meteor_score([split_caption(each) for each in wanted], split_caption(said), wordnet=NoSynonyms())
    return score


def score_cider(said: Sequence[str], wanted: Sequence[Sequence[str]]) -> list[float]:
    """CIDEr-D of each caption of a test, 0 to 10; how rare words are is counted in the whole test's wanted captions.

    Source: Vedantam, Zitnick and Parikh, "CIDEr" (CVPR 2015), section 4 and equation 6; tylin/coco-caption.

    Args:
        said: the captions.
        wanted: for each, those that people wrote.
    """
    references = [[_count_ngrams(split_caption(each)) for each in captions] for captions in wanted]
    n_with = Counter(ngram for captions in references for ngram in set().union(*captions))
    rarity = {ngram: math.log(len(references)) - math.log(n) for ngram, n in n_with.items()}
    rarest = math.log(max(len(references), 1))
    return [
        float(np.mean([_compare(_count_ngrams(split_caption(caption)), each, rarity, rarest) for each in captions]))
        for caption, captions in zip(said, references, strict=True)
    ]


def _count_ngrams(words: Words) -> Counter[Words]:
    return Counter(words[start : start + n] for n in range(1, LONGEST + 1) for start in range(len(words) - n + 1))


def _compare(said: Counter[Words], wanted: Counter[Words], rarity: Mapping[Words, float], rarest: float) -> float:
    """Mean over n of the clipped cosine of tf-idf vectors, less for another length, times `SCALE`."""
    first, second = ({g: n * rarity.get(g, rarest) for g, n in counts.items()} for counts in (said, wanted))
    # Source: tylin/coco-caption counts a caption's length in pairs of words.
    n_longer = sum(n for g, n in said.items() if len(g) == 2) - sum(n for g, n in wanted.items() if len(g) == 2)
    penalty = math.exp(-(n_longer**2) / (2 * SIGMA**2))
    return SCALE * penalty * sum(_cosine(first, second, n) for n in range(1, LONGEST + 1)) / LONGEST


def _cosine(said: Vector, wanted: Vector, n: int) -> float:
    """Of the n-grams; what is said more often than wanted counts as often as wanted."""
    first, second = ({g: weight for g, weight in vector.items() if len(g) == n} for vector in (said, wanted))
    lengths = math.hypot(*first.values()) * math.hypot(*second.values())
    return (
        sum(min(weight, second[g]) * second[g] for g, weight in first.items() if g in second) / lengths
        if lengths
        else 0.0
    )
