"""Looking on: objects in the newest frame, and boxes that follow them from one look to the next."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from bubo_desktop.capture import tracking
from bubo_desktop.capture.frames import FrameSource
from bubo_desktop.client import EngineClient, EngineState
from bubo_desktop.data import Frame
from bubo_desktop.errors import BuboError
from bubo_desktop.protocol import Done, Found, Heard, Masked
from bubo_desktop.state.live.errand import Errand
from bubo_desktop.state.live.identities import Identities
from bubo_desktop.state.live.scene import LiveOutline, LivePlaces, LiveScene, LiveThing
from bubo_desktop.state.live.sight import Sight
from bubo_desktop.state.power import is_on_battery

RATE_PER_S = 5.0
BATTERY_RATE_PER_S = 2.0
FOLLOW_MS = 33  # at the rate of most cameras
QUIET_MS = 100  # while nothing moves
IDLE_SHARE = 2.0  # of what a look costs, left to the rest of the window after it
OUTLINE_EVERY_S = 1.0  # masks cost more than boxes, and go with them meanwhile
POWER_MS = 10_000
AGAIN_S = 1.0  # after a failure
RATE_WINDOW_S = 2.0


class Looking(QObject):
    """Has the engine look at the newest frame as often as wanted, never at an older one, and not where nothing moved.

    Attributes:
        rate_per_s: how many looks a second are wanted; on battery there are at most `BATTERY_RATE_PER_S`.
        outlines: whether objects get masks.

    Signals:
        seen(LiveScene): what was found; once more when its masks have come.
        moved(LivePlaces): where it is in the newest frame.
        trouble(BuboError): it cannot be looked; once until it can.
    """

    seen = Signal(LiveScene)
    moved = Signal(LivePlaces)
    trouble = Signal(BuboError)

    def __init__(
        self, client: EngineClient, on_battery: Callable[[], bool] = is_on_battery, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.rate_per_s = RATE_PER_S
        self.outlines = True
        self._client = client
        self._on_battery = on_battery
        self._is_sparing = False
        self._errand = Errand(client, self)
        self._errand.told.connect(self._take)
        self._errand.done.connect(self._take_done)
        self._errand.failed.connect(self._take_failure)
        self._tick = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._look)
        self._power = QTimer(self, interval=POWER_MS)
        self._power.timeout.connect(self._note_power)
        self._forget()

    def _forget(self) -> None:
        self._sight: Sight | None = None
        self._scene: LiveScene | None = None
        self._numbers: dict[int, int] = {}  # of the objects, by the engine's
        self._identities = Identities()
        self._tracker: tracking.Tracker | None = None
        self._is_displaced = False
        self._taken: tuple[Frame, float] | None = None
        self._true_s = self._next_s = self._outlined_s = 0.0
        self._looks_s: deque[float] = deque(maxlen=64)
        self._told = ""

    @property
    def is_on(self) -> bool:
        """Between `start` and `stop`."""
        return self._sight is not None

    @property
    def scene(self) -> LiveScene | None:
        """What was found last."""
        return self._scene

    @property
    def age_s(self) -> float:
        """How long ago a frame came that looks like the one of `scene`; infinite where there is no scene."""
        return time.monotonic() - self._true_s if self._scene else float("inf")

    @property
    def detections_per_s(self) -> float:
        """Scenes found lately, per second; 0 while nothing moves."""
        oldest_s = time.monotonic() - RATE_WINDOW_S
        return sum(look_s > oldest_s for look_s in self._looks_s) / RATE_WINDOW_S

    def start(self, source: FrameSource) -> None:
        """Looks at this source from now on, whenever it is open."""
        self.stop()
        self._sight = Sight(source)
        self._note_power()
        self._power.start()
        self._tick.start(0)

    def stop(self) -> None:
        """Looks no more, and forgets what was seen."""
        self._tick.stop()
        self._power.stop()
        self._errand.drop()
        self._forget()

    def _note_power(self) -> None:
        self._is_sparing = self._on_battery()

    def _look(self) -> None:
        sight = self._sight
        if sight is None:
            return
        began_s = time.monotonic()
        has_changed = sight.has_changed()
        if has_changed:
            self._follow(sight.source)
            self._begin(sight, began_s)
        elif not self._errand.is_under_way:
            self._stay(sight.source, began_s)
        cost_ms = 1000 * (time.monotonic() - began_s)
        self._tick.start(max(FOLLOW_MS, round(IDLE_SHARE * cost_ms)) if has_changed else QUIET_MS)

    def _follow(self, source: FrameSource) -> None:
        """Carries the boxes to the newest frame."""
        grey = source.newest_grey(tracking.SIDE_PX)
        if self._tracker is None or self._scene is None or grey is None:
            return
        things = self._scene.things
        self._move({things[it.index].id: it.box_xyxy_px for it in self._tracker.follow(grey)}, source)
        self._is_displaced = True

    def _stay(self, source: FrameSource, now_s: float) -> None:
        """The newest frame looks like the one of the scene."""
        if self._scene is None or source.age_s == float("inf"):
            return
        self._true_s = now_s
        if self._is_displaced:
            self._is_displaced = False
            self._move({thing.id: thing.box_xyxy_px for thing in self._scene.things}, source)

    def _move(self, boxes_xyxy_px: dict[int, tuple[float, float, float, float]], source: FrameSource) -> None:
        self._identities.follow(boxes_xyxy_px)
        self.moved.emit(LivePlaces(time.monotonic() - source.age_s, boxes_xyxy_px))

    def _begin(self, sight: Sight, now_s: float) -> None:
        """Has the engine look at the newest frame, where it is time for it and the last look has ended."""
        is_due = now_s >= self._next_s and not self._errand.is_under_way
        if not is_due or self._client.state is not EngineState.ready:
            return
        taken, self._grey = sight.take(), sight.source.newest_grey(tracking.SIDE_PX)
        if taken is None:
            return
        self._taken = taken
        rate_per_s = min(self.rate_per_s, BATTERY_RATE_PER_S) if self._is_sparing else self.rate_per_s
        # A look that a turn of the timer made late does not delay the next.
        self._next_s = max(self._next_s, now_s - QUIET_MS / 1000) + 1 / rate_per_s
        outline = self.outlines and now_s - self._outlined_s >= OUTLINE_EVERY_S
        self._outlined_s = now_s if outline else self._outlined_s
        self._errand.begin(lambda: self._client.sense((taken[0],), outline=outline))

    def _take(self, part: Found | Heard | Masked) -> None:
        if isinstance(part, Found):
            self._take_found(part)
        elif isinstance(part, Masked):
            self._take_masks(part)

    def _take_found(self, found: Found) -> None:
        """A new scene; masks of the one before go on with the objects that are still there."""
        if self._taken is None or self._grey is None:
            return
        frame, taken_s = self._taken
        things = found.picture.objects
        numbers = self._identities.number(things, taken_s)
        outlines = {thing.id: thing.outline for thing in (self._scene.things if self._scene and self.outlines else ())}
        self._numbers = {thing.id: number for thing, number in zip(things, numbers, strict=True)}
        self._scene = LiveScene(
            frame.width_px,
            frame.height_px,
            taken_s,
            tuple(
                LiveThing(number, thing.label, thing.score, thing.box_xyxy_px, outlines.get(number))
                for thing, number in zip(things, numbers, strict=True)
            ),
            found.picture.tags,
        )
        size_px = frame.width_px, frame.height_px
        self._tracker = tracking.Tracker(self._grey, [thing.box_xyxy_px for thing in things], size_px)
        self._is_displaced = False
        self._true_s = taken_s
        self._looks_s.append(time.monotonic())
        self._told = ""
        self.seen.emit(self._scene)
        if self.is_on:  # who heard of it may have stopped
            self._tick.start(0)

    def _take_masks(self, masked: Masked) -> None:
        if self._scene is None:
            return
        masks = {self._numbers[number]: mask for number, mask in masked.masks.items() if number in self._numbers}
        things = tuple(
            replace(thing, outline=LiveOutline(masks[thing.id], thing.box_xyxy_px)) if thing.id in masks else thing
            for thing in self._scene.things
        )
        self._scene = replace(self._scene, things=things)
        self.seen.emit(self._scene)

    def _take_done(self, _: Done) -> None:
        """The next frame is looked at without waiting for the next turn."""
        if self.is_on:
            self._tick.start(0)

    def _take_failure(self, error: BuboError) -> None:
        self._next_s = time.monotonic() + AGAIN_S
        if self._sight:
            self._sight.forget()
        if str(error) != self._told:
            self._told = str(error)
            self.trouble.emit(error)
