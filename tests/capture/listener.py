"""What a microphone told, for tests to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bubo_desktop.capture.microphone import Microphone

SIGNALS = ("opened", "flowing", "clipped", "speech_ended", "recording_cut", "fault", "closed")
WAIT_MS = 30_000


class Listener:
    """Follows a microphone; `told` holds the signals' names with what they carry, the newest last."""

    def __init__(self, microphone: Microphone, wait_until: Callable[..., None]) -> None:
        self.microphone = microphone
        self.told: list[tuple[str, str]] = []
        self._wait_until = wait_until
        for name in SIGNALS:
            getattr(microphone, name).connect(lambda *value, name=name: self._note(name, value))

    def _note(self, name: str, value: Iterable[object]) -> None:
        self.told.append((name, " ".join(map(str, value))))

    def has_told(self, name: str, words: str = "") -> bool:
        return any(told == name and words in value for told, value in self.told)

    def wait_for(self, name: str, words: str = "") -> None:
        """Waits until this was told since the last `forget`."""
        try:
            self._wait_until(lambda: self.has_told(name, words), timeout=WAIT_MS)
        except Exception as error:
            raise AssertionError(f"{name} {words} was not told: {self.told}") from error

    def close(self) -> None:
        """Closes the microphone, and waits until its process has ended."""
        self.microphone.close()
        self._wait_until(lambda: self.microphone.pid == 0, timeout=WAIT_MS)

    def forget(self) -> None:
        self.told.clear()
