"""Lessons from files: pictures and sounds are read, and shown to the network, as the engine does it."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bubo_desktop.engine.dsp import mel_clips
from bubo_desktop.engine.imaging import network_input, read_picture
from bubo_desktop.errors import InputError
from bubo_desktop.packs.manifest import MelInput, PixelInput
from bubo_desktop.sounds import read_sound
from build.errors import BuildError
from build.training.lessons import Layout, Lesson, Studied
from build.training.pupil import Share
from build.training.samples import Exchange, MediaRef, Sample, Samples

N_DAMAGED = 10  # files one after another: then it is no damaged file, but a data set that is not there


class FileStream:
    """A stream of lessons about files.

    Args:
        learnt: sample `k` of the whole run; one with several turns teaches one of them, drawn by `k`.
        held: samples to validate with; may be empty.
        layout: lays them out.
        pixels: how a picture becomes a network's input.
        mel: how a sound does.
        batch_size: samples a step.
    """

    def __init__(
        self, learnt: Samples, held: Samples, layout: Layout, pixels: PixelInput, mel: MelInput, batch_size: int
    ) -> None:
        self._learnt, self._held, self._layout = learnt, held, layout
        self._pixels, self._mel, self._batch_size = pixels, mel, batch_size
        self.n_validation = -(-len(held) // batch_size)

    def lesson(self, step: int, share: Share) -> Lesson:
        """A share of a step's batch. Raises `BuildError` where file after file cannot be read."""
        return self._study(self._learnt, step, share)

    def validation(self, number: int, share: Share) -> Lesson:
        """A share of a batch of the held-out part. Raises `BuildError` as `lesson` does."""
        return self._study(self._held, number, share)

    def _study(self, samples: Samples, batch: int, share: Share) -> Lesson:
        first = batch * self._batch_size
        numbers = range(first, first + self._batch_size)
        return self._layout.lay_out([self._read(samples, number % len(samples)) for number in share.take(numbers)])

    def _read(self, samples: Samples, number: int) -> Studied:
        """A sample; in the place of one whose file is damaged the next stands, the same one each time."""
        for attempt in range(N_DAMAGED):
            sample = samples[(number + attempt) % len(samples)]
            try:
                return self._open(sample, random.Random(number))
            except (InputError, OSError) as error:
                print(f"Passed over: {error}", file=sys.stderr, flush=True)
        raise BuildError(f"{N_DAMAGED} samples one after another cannot be read; the last: {sample.identities}.")

    def _open(self, sample: Sample, draw: random.Random) -> Studied:
        mel = pixels = None
        if sample.sound is not None:
            with _file_of(sample.sound) as path:
                mel = mel_clips(read_sound(path), self._mel)
        if sample.image is not None:
            with _file_of(sample.image) as path:
                pixels = network_input(read_picture(path), self._pixels)[0]
        return Studied(sample.kind, _turns(sample, draw), mel, pixels)


def _turns(sample: Sample, draw: random.Random) -> Sequence[Exchange]:
    return sample.exchanges[: draw.randint(1, len(sample.exchanges))]


@contextmanager
def _file_of(medium: MediaRef) -> Iterator[Path]:
    """The file of a medium; one that lies in a shard is laid down for as long as it is read."""
    if medium.member is None:
        yield medium.path
        return
    with TemporaryDirectory() as folder:
        path = Path(folder, f"medium{medium.suffix}")
        path.write_bytes(medium.read())
        yield path
