"""How wrong the Q-Formers' words are, each query being held to the object that it stands on."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from build.nano.alignment.truth import NOTHING, Heard, Seen
from build.nano.ears.listener import Noticed
from build.nano.eyes.peaks import overlap
from build.nano.eyes.reader import Said
from build.nano.queries import line_up

_STANDS_ON = 0.3  # overlap of a query's box with that of an object, at least
_ONSET_S = 0.1  # errors of a beginning below this hardly matter


def find_owners(boxes: Tensor, seen: Seen) -> Tensor:
    """The object that each of n queries stands on, each on another: int64 (B, n), NOTHING where it is on none.

    `boxes`: (B, n, 4), the queries' boxes.
    """
    n_queries = boxes.shape[1]
    shared = overlap(torch.cat((boxes.float(), seen.boxes), 1))[:, :n_queries, n_queries:]
    shared = shared * (seen.words[..., 0] != NOTHING)[:, None]
    owners = torch.full(boxes.shape[:2], NOTHING, device=boxes.device)
    for number, table in enumerate(shared.cpu().numpy()):
        for query, thing in zip(*linear_sum_assignment(table, maximize=True), strict=True):
            if table[query, thing] > _STANDS_ON:
                owners[number, query] = int(thing)
    return owners


def image_loss(said: Said, seen: Seen, group_sizes: list[int]) -> tuple[Tensor, Tensor]:
    """What the words said of pictures are worth.

    Returns:
        The loss, of shape (), summed over pictures; and bool (objects, groups + 1): whether each word of each object,
        and then what it is inside of, is right. All words of an object that nobody stands on are wrong.
    """
    owners = find_owners(said.peaks.box, seen)
    picture, query = (owners != NOTHING).nonzero(as_tuple=True)
    thing = owners[picture, query]
    n_queries, n_things = said.nothing.shape[1], seen.holder.shape[1]
    query_of = torch.full((len(owners), n_things + 1), n_queries, device=owners.device)
    query_of[picture, thing] = query
    holder = query_of[picture, seen.holder[picture, thing]]
    logits = [*said.words[picture, query].float().split(group_sizes, -1), said.inside[picture, query].float()]
    wanted = torch.cat((seen.words[picture, thing], holder[:, None]), 1)
    losses = [F.cross_entropy(*pair, reduction="sum") for pair in zip(logits, wanted.unbind(1), strict=True)]
    nothing = said.nothing.float()
    losses.append(F.binary_cross_entropy_with_logits(nothing, (owners == NOTHING).float(), reduction="sum"))
    right = torch.zeros(len(owners), n_things, wanted.shape[1], dtype=torch.bool, device=owners.device)
    hits = torch.stack([group.argmax(-1) for group in logits], 1) == wanted
    right[picture, thing] = hits & (nothing[picture, query] < 0)[:, None]
    return torch.stack(losses).sum(), right[seen.words[..., 0] != NOTHING]


def sound_loss(noticed: Noticed, heard: Heard) -> tuple[Tensor, Tensor]:
    """What the sounds noticed in recordings are worth.

    Returns:
        The loss, of shape (), summed over recordings; and bool (B,): whether just the sounds that are there are told,
        in order.
    """
    is_it = noticed.label[..., None] == heard.labels[:, None]
    is_there = is_it.any(-1)
    start_s = (is_it * heard.start_s[:, None]).sum(-1)
    nothing = F.binary_cross_entropy_with_logits(noticed.nothing, (~is_there).float(), reduction="sum")
    start = F.smooth_l1_loss(noticed.start_s[is_there], start_s[is_there], beta=_ONSET_S, reduction="sum")
    order = line_up(noticed.start_s.clamp(0), noticed.nothing, heard.labels.shape[1])
    told = torch.where(noticed.nothing < 0, noticed.label, NOTHING).gather(1, order)
    return nothing + start, (told == heard.labels).all(1)
