"""The microphone: off until opened, its last seconds, a recording, and every fault said in a sentence."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from bubo_desktop.capture.recorder_child import recorder_child
from bubo_desktop.capture.speech_end import SpeechEnd
from bubo_desktop.capture.tape import RECENT_S, Tape
from bubo_desktop.client import Cause, Child, Ending
from bubo_desktop.data import Clip
from bubo_desktop.errors import DeviceError
from bubo_desktop.protocol import Failed
from bubo_desktop.protocol.recording import Event, GetReady, Opening, Record, Recording, Samples

LOWEST_DBFS = -60.0
STALL_S = 0.5
SLEPT_S = 10.0  # no program that is awake keeps its event loop waiting for so long


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a microphone waits before it does something about it, in seconds; tests use shorter times.

    Attributes:
        start_s: until its process is there and has loaded what it needs.
        first_samples_s: from then to the first samples.
        samples_s: between samples. The sound library tells neither of a frozen nor of a suspended device.
        look_s: between two looks at the clock; with the times before it, a fault is told within 2 s.
        retry_s: from a fault to the next attempt to open the device anew.
        mute_s: of nothing but zeros, until it is told that the microphone may be muted.
    """

    start_s: float = 15.0
    first_samples_s: float = 1.7
    samples_s: float = 1.0
    look_s: float = 0.25
    retry_s: float = 3.0
    mute_s: float = 3.0


class Microphone(QObject):
    """Sound of a device, from `open` to `close`. Whatever happens meanwhile, it is tried again until it works.

    The device is held by a process of its own, which is ended by force: sound libraries hang with the system's sound.
    What was recorded lies here, and survives that.

    Args:
        waits: its patience.
        command: what starts a recorder; None for the program's own.

    Signals:
        opened(str): the device of this name is in use.
        flowing(str): its first sound came, after the opening or after a fault.
        level(float): the peak of the last `BLOCK_S`, in dB below full scale: `LOWEST_DBFS`..0.
        clipped(): in the last `BLOCK_S` the device was overdriven.
        speech_ended(): in a recording that waits for it: what was said has ended.
        recording_cut(): the recording takes no more, because of a fault or its length; `stop_recording` returns it.
        fault(DeviceError): no sound comes, why, and what to do; once until sound flows again.
        closed(str): the device of this name is no longer in use, because of `close` or of a fault.
    """

    opened = Signal(str)
    flowing = Signal(str)
    level = Signal(float)
    clipped = Signal()
    speech_ended = Signal()
    recording_cut = Signal()
    fault = Signal(DeviceError)
    closed = Signal(str)

    def __init__(
        self, waits: Waits | None = None, command: Sequence[str] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._waits = waits or Waits()
        self._command = command
        self._wanted: str | None = None
        self._child: Child | None = None
        self._is_ending = False  # the child was killed, and has yet to end
        self._is_loaded = False  # the child waits for nothing but the device
        self._name = ""  # of the device in use
        self._is_flowing = False
        self._told: set[str] = set()
        self._tape = Tape()
        self._speech_end: SpeechEnd | None = None
        self._waiting_since_s = self._next_try_s = self._seen_s = 0.0
        self._watch = QTimer(self, interval=round(1000 * self._waits.look_s))
        self._watch.timeout.connect(self._look)

    @property
    def is_open(self) -> bool:
        """Whether sound is wanted: between `open` and `close`, also where the device is missing."""
        return self._wanted is not None

    @property
    def is_flowing(self) -> bool:
        """Whether sound comes."""
        return self._is_flowing

    @property
    def device_name(self) -> str:
        """The name of the device that is in use; empty where none is."""
        return self._name

    @property
    def pid(self) -> int:
        """The number of the process that has the device, or is about to; 0 where there is none."""
        return self._child.pid if self._child else 0

    @property
    def is_recording(self) -> bool:
        """Whether what is heard now is being recorded."""
        return self._tape.is_recording

    def prepare(self) -> None:
        """Has the recorder start and load what it needs, so that `open` is quick. No device is touched."""
        if self._child is None:
            self._start().send(GetReady())

    def open(self, device_id: str = "") -> None:
        """Starts using a device; without an id, the system's own choice. What was open before is closed."""
        if self.is_open:
            self.close()
        self._wanted = device_id
        self._told.clear()
        self._next_try_s = 0.0
        self._seen_s = time.time()
        self._watch.start()
        if self._child and not self._is_ending:
            self._order(self._child)
        else:
            self._begin()

    def close(self) -> None:
        """Stops using the device, and forgets the last seconds. `closed` follows within 300 ms, whatever hangs."""
        self._wanted = None
        self._watch.stop()
        self._release()

    def wait_until_closed(self) -> None:
        """Waits, without the event loop, until what `close` ended has let go of the device; for the program's end."""
        if self._child and self._is_ending:
            self._child.wait_for_end()

    def recent(self, duration_s: float = RECENT_S) -> Clip:
        """The last seconds, at most `RECENT_S`; less where it was opened, or began to flow, later."""
        return self._tape.recent(duration_s)

    def start_recording(self, *, until_silence: bool = False) -> None:
        """Begins a recording; `until_silence` has `speech_ended` tell when what was said has ended."""
        self._tape.start()
        self._speech_end = SpeechEnd() if until_silence else None

    def stop_recording(self) -> Clip:
        """Ends the recording and returns it: without samples where there was none. The last `BLOCK_S` may be missing,
        which is still on its way.
        """
        self._speech_end = None
        return self._tape.take()

    # The process

    def _begin(self) -> None:
        """Tries to take the wanted device into use, as soon as the one before is let go."""
        if self._child is None and self.is_open and time.monotonic() >= self._next_try_s:
            self._order(self._start())

    def _start(self) -> Child:
        self._is_loaded = self._is_ending = False
        child = self._child = recorder_child(self._command, self)
        child.event_received.connect(self._take)
        child.ended.connect(self._take_end)
        child.start()
        return child

    def _order(self, child: Child) -> None:
        self._waiting_since_s = time.monotonic()
        child.send(Record(microphone=self._wanted or ""))

    def _release(self) -> None:
        if self._tape.is_recording:
            self._tape.pause()
            self.recording_cut.emit()
        self._tape.forget_recent()
        self._is_flowing = False
        if self._child and not self._is_ending:
            self._is_ending = True
            self._child.kill(Cause.requested)

    def _take(self, event: Event) -> None:
        if self._is_ending:
            return
        match event:
            case Opening():
                self._is_loaded = True
                self._waiting_since_s = time.monotonic()
            case Recording(name=name):
                self._name = name
                self.opened.emit(name)
            case Samples():
                self._take_samples(event)
            case Failed(message=message, hint=hint):
                self._fail(DeviceError(message, hint))

    def _take_end(self, ending: Ending) -> None:
        if self._child:
            self._child.deleteLater()
            self._child = None
        name, self._name = self._name, ""
        if not self._is_ending:
            self._fail(DeviceError(ending.message, ending.hint))
        if name:
            self.closed.emit(name)
        self._begin()

    # Sound

    def _take_samples(self, samples: Samples) -> None:
        self._waiting_since_s = time.monotonic()
        was_recording = self._tape.is_recording
        self._tape.push(samples.samples)
        if was_recording and not self._tape.is_recording:
            self.recording_cut.emit()
        self._note_flow(is_flowing=samples.silence_s < self._waits.mute_s)
        if not self.is_open:  # who heard of the first sound may have closed
            return
        self.level.emit(_as_dbfs(samples.peak))
        if samples.is_clipped:
            self.clipped.emit()
        if self._speech_end and self._speech_end.push(samples.speech):
            self._speech_end = None
            self.speech_ended.emit()

    def _note_flow(self, *, is_flowing: bool) -> None:
        """Sound or digital silence."""
        if is_flowing is self._is_flowing:
            return
        self._is_flowing = is_flowing
        if is_flowing:
            self._told.clear()
            self.flowing.emit(self._name)
        else:
            self._tell(_muted(self._name))

    # The watchdog

    def _look(self) -> None:
        clock_s, seen_s = time.time(), self._seen_s
        self._seen_s = clock_s
        if clock_s - seen_s > SLEPT_S:
            self._release()
        elif clock_s - seen_s > STALL_S + self._waits.look_s:
            return  # the event loop stood still, not the device: its samples are about to come
        elif self._child and not self._is_ending:
            self._look_at(time.monotonic() - self._waiting_since_s)
        self._begin()

    def _look_at(self, waiting_s: float) -> None:
        """Of a device that was slow to bring its first samples some more patience may be the cure."""
        if not self._is_loaded:
            if waiting_s > self._waits.start_s:
                self._fail(DeviceError("The recorder could not be started.", "Close other programs."))
        elif self._is_flowing and waiting_s > self._waits.samples_s:
            self._fail(_silent(self._name))
        elif waiting_s > self._waits.first_samples_s + self._waits.retry_s:
            self._next_try_s = 0.0
            self._release()
        elif waiting_s > self._waits.first_samples_s:
            self._tell(_silent(self._name))

    def _fail(self, error: DeviceError) -> None:
        """What is open is of no use any more: it is let go, and tried again later."""
        self._next_try_s = time.monotonic() + self._waits.retry_s
        self._release()
        self._tell(error)

    def _tell(self, error: DeviceError) -> None:
        if str(error) not in self._told:
            self._told.add(str(error))
            self.fault.emit(error)


def _as_dbfs(peak: float) -> float:
    return max(LOWEST_DBFS, 20 * math.log10(peak)) if peak > 0 else LOWEST_DBFS


def _silent(name: str) -> DeviceError:
    what = f"The microphone {name}" if name else "The microphone"
    return DeviceError(f"{what} brings no sound.", "Unplug it and plug it in again, or choose another one.")


def _muted(name: str) -> DeviceError:
    hint = "Switch it on, here and in the system's settings, or choose another one."
    return DeviceError(f"The microphone {name} is silent: it may be muted, or the wrong one.", hint)
