"""Names for pictures and sounds that mean the same thing in every data set, so that a test clip is known again.

A video of YouTube is one identity whatever part of it was cut out: WavCaps does not say which ten seconds it took, and
two parts of one recording are too alike for one to train and the other to test.
"""

from __future__ import annotations

from pathlib import PurePosixPath


def of_youtube(video: str) -> str:
    """Of a video by its id of eleven characters: AudioSet, AudioCaps, VGG-Sound and what is made of them."""
    return f"youtube:{video}"


def of_freesound(number: str | int) -> str:
    """Of a sound by its number at Freesound: Clotho and WavCaps' FreeSound part."""
    return f"freesound:{int(number)}"


def of_coco(file_name: str | int) -> str:
    """Of a picture by its number in COCO or the end of its file name: `COCO_train2014_000000000009.jpg` is 9."""
    return f"coco:{int(PurePosixPath(str(file_name)).stem.rsplit('_', 1)[-1])}"


def of_file(data_set: str, file_name: str) -> str:
    """Of what no other data set holds: by its name without ending."""
    return f"{data_set}:{file_name.removesuffix(PurePosixPath(file_name).suffix).strip().lower()}"


def of_vgg_sound(name: str) -> str:
    """Of a clip by its name in VGG-Sound and VGG-SS: `007P6bFgRCU_000010` is from second 10 of that video.

    Source: VGG-Sound's list, a video's id and the second its clip begins at.
    """
    return of_youtube(name.rsplit("_", 1)[0])
