"""From a question and its files to an answer that points: see, hear, prefill, generate, tag, locate, link, segment.

Every stage is timed, reported and can be cancelled; each result is sent the moment it exists.
"""

from __future__ import annotations

from collections.abc import Sequence

from bubo_desktop.data import Answer, TokenCounts
from bubo_desktop.engine.cancellation import Cancellation
from bubo_desktop.engine.features import FeatureCache
from bubo_desktop.engine.lexicon import Lexicon
from bubo_desktop.engine.linking import link_answer
from bubo_desktop.engine.pack import Pack
from bubo_desktop.engine.prompt import Embeddings, Segment, build_prompt
from bubo_desktop.engine.scene import Scene
from bubo_desktop.engine.sound_linking import SoundWords, link_sounds, unheard
from bubo_desktop.engine.stages import Emit, Stages
from bubo_desktop.errors import InputError
from bubo_desktop.protocol import Ask, Found, Linked, Masked, Prepare, Token

CACHE_BYTES = 256 * 1024 * 1024
ENDINGS = {
    "cap": "The answer was cut at the number of tokens allowed.",
    "length": "The answer was cut, because the pack can hold no more text at once.",
}


class Pipeline:
    """Answers requests with a pack, one at a time. It remembers what it saw and heard, but no conversation."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._manifest = pack.manifest
        labels = pack.locator.labels if pack.locator else ()
        self._lexicon = Lexicon(labels, self._manifest.synonyms, pack.vocabulary)
        tagger = self._manifest.parts.sound_tagger
        self._sound_words = SoundWords(tagger.labels if tagger else (), self._manifest.synonyms, pack.vocabulary)
        self._cache = FeatureCache(CACHE_BYTES)

    def prepare(self, request: Prepare, cancellation: Cancellation, emit: Emit) -> None:
        """Encodes files ahead of the question, and has the language network read them.

        Raises:
            InputError: a file cannot be used.
            EngineError, CancelledWork.
        """
        stages = Stages(request.id, cancellation, emit)
        scene = self._encoded(request, stages)
        prefix = _up_to_media(build_prompt(self._manifest.prompt, "", (), *scene.embeddings()))
        if prefix:
            with stages.stage("prefill") as report:
                self.pack.language.prefill(prefix, cancellation, report)

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
        text, tokens, notes = self._speak(request, scene, stages, emit)
        if not self._manifest.closed_world:
            scene.name()
        found = scene.findings()
        for number, picture in enumerate(found):
            emit(Found(id=request.id, image=number, picture=picture))
        with stages.stage("link"):
            sound_links = link_sounds(text, scene.sounds(), self._sound_words)
            links = unheard(link_answer(text, found, scene.attributes(), self._lexicon), sound_links)
            match = scene.match(found)
        emit(Linked(id=request.id, links=links, sounds=scene.sounds(), sound_links=sound_links, match=match))
        scene.outline()
        found = scene.outlined(found)
        for number, picture in enumerate(found):
            masks = {thing.id: thing.mask_rle for thing in picture.objects if thing.mask_rle}
            emit(Masked(id=request.id, image=number, masks=masks))
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
        scene = Scene(request, self.pack, self._cache, stages)
        scene.encode()
        if self._manifest.closed_world:
            scene.name()
        return scene

    def _speak(self, request: Ask, scene: Scene, stages: Stages, emit: Emit) -> tuple[str, TokenCounts, list[str]]:
        """The answer's text, sent as it comes, and what the user should know about it."""
        world = self._manifest.closed_world
        notes = [world.notice] if world else []
        if world and scene.is_alien:
            emit(Token(id=request.id, text=world.nothing_recognised))
            return world.nothing_recognised, TokenCounts(0, 0), notes
        notes += [f"Nothing known was recognised in {name}, so it was left out." for name in scene.left_out]
        language = self.pack.language
        prompt = build_prompt(self._manifest.prompt, request.question, request.history, *scene.embeddings())
        with stages.stage("prefill") as report:
            n_prompt = language.prefill(prompt, stages.cancellation, report)
        text = self._generate(request, stages, emit)
        notes += [ENDINGS[language.ending]] if language.ending in ENDINGS else []
        return text, TokenCounts(n_prompt, language.n_generated), notes

    def _generate(self, request: Ask, stages: Stages, emit: Emit) -> str:
        sampling = request.sampling or self._manifest.sampling
        pieces: list[str] = []
        with stages.stage("generate"):
            for piece in self.pack.language.generate(sampling, self._manifest.prompt.stop, stages.cancellation):
                if not pieces:
                    stages.mark("first_token")
                pieces.append(piece)
                emit(Token(id=request.id, text=piece))
        return "".join(pieces)


def _up_to_media(prompt: Sequence[Segment]) -> Sequence[Segment]:
    """The prompt up to its last picture or sound; empty where there is none."""
    ends = [number for number, segment in enumerate(prompt, 1) if isinstance(segment, Embeddings)]
    return prompt[: ends[-1]] if ends else []
