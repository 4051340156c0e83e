"""From a question and its files to an answer that points: see, hear, prefill, generate, tag, locate, link, segment.

Every stage is timed, reported and can be cancelled; each result is sent the moment it exists. Pictures are tagged and
located beside the words, so that boxes are there before the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from bubo_desktop.data import Answer, Link, PictureFindings, Sampling, TokenCounts
from bubo_desktop.engine.aside import aside
from bubo_desktop.engine.cancellation import Cancellation, CancelledWork
from bubo_desktop.engine.confidence import keep_sure_links
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.linking import Attributes, link_answer
from bubo_desktop.engine.mentions import Reading
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.prompt import Segment, fit_prompt
from bubo_desktop.engine.scene import Scene, masks_of
from bubo_desktop.engine.seeking import Seeking
from bubo_desktop.engine.sensing import Sensing
from bubo_desktop.engine.sound_linking import SoundWords, link_sounds, unheard
from bubo_desktop.engine.stages import Emit, Stages
from bubo_desktop.engine.studies import Studies
from bubo_desktop.engine.tokens import language_of, tokenise
from bubo_desktop.errors import InputError
from bubo_desktop.packs.manifest import ClosedWorld
from bubo_desktop.protocol import Ask, Found, Linked, Masked, Outline, Prepare, Token

ENDINGS = {
    "cap": "The answer was cut at the number of tokens allowed.",
    "length": "The answer was cut, because the pack can hold no more text at once.",
}
LEFT_OUT = "The oldest turns of this chat were left out ({}), because the pack can hold no more text at once."


class Pipeline:
    """Answers requests with a pack, one at a time. It remembers what it saw and heard, but no conversation.

    Attributes:
        pack: as given.
        sensing: what answers `Sense` requests, one at a time, if need be from another thread.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._manifest = pack.manifest
        self._lexicon = Lexicon(pack.labels, self._manifest.synonyms, pack.vocabulary)
        tagger = self._manifest.parts.sound_tagger
        self._sound_words = SoundWords(tagger.labels if tagger else (), self._manifest.synonyms, pack.vocabulary)
        self._studies = Studies(pack)
        self.sensing = Sensing(pack, self._studies, Seeking(pack, self._lexicon, self._sound_words))

    def prepare(self, request: Prepare, cancellation: Cancellation, leisure: Cancellation, emit: Emit) -> None:
        """Encodes files ahead of the question, has the language network read them, and names what they show.

        Args:
            request: the files.
            cancellation: ends all of it.
            leisure: ends the naming, which can be done while the answer is written.
            emit: sends events.

        Raises:
            InputError: a file cannot be used.
            EngineError, CancelledWork.
        """
        stages = Stages(request.id, cancellation, emit)
        scene = self._encoded(request, stages)
        if not (self.pack.vision and self.pack.vision.reads_questions):  # whose rows the next word would change
            prompt, _ = self._fit(request, scene, self._manifest.sampling)
            with stages.stage("prefill") as report:
                self.pack.language.read_ahead(prompt, cancellation, report)
        with suppress(CancelledWork):
            self._scene(request, Stages(request.id, leisure, emit)).name()

    def outline(self, request: Outline, cancellation: Cancellation, emit: Emit) -> None:
        """Gives objects that were found earlier their masks.

        Raises:
            InputError: the file cannot be used.
            EngineError, CancelledWork.
        """
        study = self._studies.picture(request.image, cancellation)
        outlines = study.outlines(request.boxes_xyxy_px)
        emit(Masked(id=request.id, image=0, masks={number: mask for number, (_, mask) in enumerate(outlines)}))

    def settle(self, leisure: Cancellation) -> None:
        """Keeps on the disk what was read, where reading it again would take long."""
        with suppress(CancelledWork):
            self.pack.language.keep(leisure)

    def rest(self, _leisure: Cancellation) -> None:
        """Gives back memory that can be had again."""
        self.pack.put_away()

    def answer(self, request: Ask, cancellation: Cancellation, emit: Emit) -> Answer:
        """Answers a question and sends the events on the way.

        Raises:
            InputError: a file or the question cannot be used.
            EngineError, CancelledWork.
        """
        if not request.question.strip():
            raise InputError("The question is empty.", "Ask something.")
        stages = Stages(request.id, cancellation, emit)
        scene = self._encoded(request, stages)
        with aside(lambda: self._name(request, scene, emit), cancellation) as naming:
            text, tokens, notes = self._speak(request, scene, stages, emit)
            naming.result()
        reading = Reading(text, self._lexicon)
        if scene.seek(reading.labels):
            self._tell_findings(request, scene, emit)
        found = scene.findings()
        with stages.stage("link"):
            sound_links = link_sounds(text, scene.sounds(), self._sound_words)
            links = unheard(self._links(reading, found, scene.attributes()), sound_links)
            match = scene.match(found)
        emit(Linked(id=request.id, links=links, sounds=scene.sounds(), sound_links=sound_links, match=match))
        if request.outline:
            found = scene.outlined(found)
            for number, picture in enumerate(found):
                emit(Masked(id=request.id, image=number, masks=masks_of(picture)))
        return Answer(
            answer=text,
            pack=self._manifest.id,
            images=found,
            links=links,
            sounds=scene.sounds(),
            sound_links=sound_links,
            match=match,
            timings_ms={"load": self.pack.load_ms, **stages.timings_ms},
            tokens=tokens,
            notes=(*self.pack.notes, *notes),
        )

    def _encoded(self, request: Ask | Prepare, stages: Stages) -> Scene:
        """The request's files, encoded; in a closed world also named, because that decides what may be shown."""
        scene = self._scene(request, stages)
        scene.encode()
        if self._manifest.closed_world:
            scene.name()
        return scene

    def _scene(self, request: Ask | Prepare, stages: Stages) -> Scene:
        return Scene(request, self.pack, self._studies, stages)

    def _name(self, request: Ask, scene: Scene, emit: Emit) -> None:
        """Finds the pictures' tags and boxes, those of what the question names too, and tells them."""
        if not self._manifest.closed_world:  # else that was done before anything was said
            scene.name(Reading(request.question, self._lexicon).labels)
        self._tell_findings(request, scene, emit)

    def _tell_findings(self, request: Ask, scene: Scene, emit: Emit) -> None:
        for number, picture in enumerate(scene.findings()):
            emit(Found(id=request.id, image=number, picture=picture))

    def _links(self, reading: Reading, found: Sequence[PictureFindings], attributes: Attributes) -> tuple[Link, ...]:
        locator = self.pack.locator
        open_world = locator is not None and locator.labels is None
        links = link_answer(reading, found, attributes, open_world=open_world)
        return keep_sure_links(links, self._manifest.confidence)

    def _speak(self, request: Ask, scene: Scene, stages: Stages, emit: Emit) -> tuple[str, TokenCounts, list[str]]:
        """The answer's text, sent as it comes, and what the user should know about it."""
        world = self._manifest.closed_world
        notes = [world.notice] if world else []
        if world and scene.is_alien:
            said = _nothing_recognised(world, request.question)
            emit(Token(id=request.id, text=said))
            return said, TokenCounts(0, 0), notes
        notes += scene.notes
        language = self.pack.language
        prompt, n_left_out = self._fit(request, scene, self._sampling(request))
        with stages.stage("prefill") as report:
            n_prompt = language.prefill(prompt, stages.cancellation, report)
        text = self._generate(request, stages, emit)
        notes += [LEFT_OUT.format(n_left_out)] if n_left_out else []
        notes += [ENDINGS[language.ending]] if language.ending in ENDINGS else []
        return text, TokenCounts(n_prompt, language.n_generated), notes

    def _fit(self, request: Ask | Prepare, scene: Scene, sampling: Sampling) -> tuple[list[Segment], int]:
        """The prompt, and how many turns had to be left out."""
        language = self.pack.language
        n_most = language.prompt_room(sampling.max_tokens)
        template, media = self._manifest.prompt, scene.media()
        return fit_prompt(template, scene.asked, request.history, media, language.count, n_most)

    def _sampling(self, request: Ask) -> Sampling:
        return request.sampling or self._manifest.sampling

    def _generate(self, request: Ask, stages: Stages, emit: Emit) -> str:
        sampling = self._sampling(request)
        pieces: list[str] = []
        with stages.stage("generate"):
            for piece in self.pack.language.generate(sampling, self._manifest.prompt.stop, stages.cancellation):
                if not pieces:
                    stages.mark("first_token")
                pieces.append(piece)
                emit(Token(id=request.id, text=piece))
        return "".join(pieces)


def _nothing_recognised(world: ClosedWorld, question: str) -> str:
    """That nothing is known of what is shown, in the language of the question."""
    is_spanish = language_of(tokenise(question)) == "es"
    return world.nothing_recognised_es if is_spanish and world.nothing_recognised_es else world.nothing_recognised
