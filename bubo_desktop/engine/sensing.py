"""What can be seen and heard, without words: for what is live, and cannot wait for answers."""

from __future__ import annotations

from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.scene import Scene, masks_of
from bubo_desktop.engine.seeking import Seeking
from bubo_desktop.engine.stages import Emit, Stages
from bubo_desktop.engine.studies import Studies
from bubo_desktop.errors import PackError
from bubo_desktop.protocol import Event, Found, Heard, Masked, Sense


class Sensing:
    """Looks and listens with a pack's tagger, grounder, segmenter and sound tagger, those of them that it has.

    Args:
        pack: with these parts.
        studies: of pictures and recordings.
        seeking: for what is sought.
    """

    def __init__(self, pack: Pack, studies: Studies, seeking: Seeking) -> None:
        self._pack = pack
        self._studies = studies
        self._seeking = seeking

    def sense(self, request: Sense, cancellation: Cancellation, emit: Emit) -> None:
        """Tells what is in pictures and recordings.

        Raises:
            InputError: one of them cannot be used, or what is sought is not known.
            PackError: the pack has no part for this.
            EngineError, CancelledWork.
        """
        if not (self._pack.tagger or self._pack.locator or self._pack.sound_tagger):
            raise PackError("This pack can neither find objects nor tell sounds.", "Choose another pack.")
        sought = self._seeking.read(request.seek)
        scene = Scene(request, self._pack, self._studies, Stages(request.id, cancellation, _keep_silent))
        scene.seek(sought.labels)  # by itself: beside other words a place would be called by the one that fits best
        scene.name()
        found, attributes = scene.findings(), scene.attributes()
        for number, picture in enumerate(found):
            marked = sought.things_among(picture.objects, attributes)
            emit(Found(id=request.id, image=number, picture=picture, sought=marked))
        if request.sounds:
            scene.listen()
            sounds = scene.sounds()
            places = tuple(sought.events_among(each.events) for each in sounds)
            emit(Heard(id=request.id, sounds=sounds, sought=places, match=scene.match(found)))
        if request.outline:
            for number, picture in enumerate(scene.outlined(found)):
                emit(Masked(id=request.id, image=number, masks=masks_of(picture)))

    def rest(self, _leisure: Cancellation) -> None:
        """Gives back memory that can be had again."""
        self._pack.put_away_senses()


def _keep_silent(_event: Event) -> None:
    """Of work that is done several times a second nobody wants to know how far it is."""
