"""An answer in the making: each event of its request adds what it brought, and every step is a whole, true value."""

from __future__ import annotations

from msgspec.structs import replace

from bubo_desktop.data import Answer, PictureFindings
from bubo_desktop.protocol import Done, Found, Linked, Masked, Token

Step = Token | Found | Linked | Masked | Done


def fold(answer: Answer, step: Step) -> Answer:
    """The answer with what `step` adds: text, boxes, links with what was heard, masks, or at last the whole of it."""
    match step:
        case Token(text=text):
            return replace(answer, answer=answer.answer + text)
        case Found(image=number, picture=picture):
            return replace(answer, images=(*answer.images[:number], picture, *answer.images[number + 1 :]))
        case Linked(links=links, sounds=sounds, sound_links=sound_links, match=match):
            return replace(answer, links=links, sounds=sounds, sound_links=sound_links, match=match)
        case Masked(image=number):
            images = (_masked(found, step) if i == number else found for i, found in enumerate(answer.images))
            return replace(answer, images=tuple(images))
        case Done(answer=whole):
            return whole or answer


def _masked(found: PictureFindings, step: Masked) -> PictureFindings:
    objects = (replace(thing, mask_rle=step.masks.get(thing.id, thing.mask_rle)) for thing in found.objects)
    return replace(found, objects=tuple(objects))
