"""A child process that speaks the engine's protocol and misbehaves as its only argument says (see `MODES`).

`good` answers every question with `WORDS`, one token each `TOKEN_PAUSE_S`, sees and hears nothing, at once, but for
what is sought as `for ever`, and obeys.
"""

import os
import signal
import sys
import threading
import time

from bubo_desktop.data import Answer, PictureFindings, SoundFindings, TokenCounts
from bubo_desktop.protocol import (
    PROTOCOL_VERSION,
    Ask,
    Cancel,
    Cancelled,
    Done,
    Failed,
    Found,
    Heard,
    Hello,
    Loading,
    Ping,
    Pong,
    Prepare,
    Ready,
    Sense,
    Shutdown,
    Token,
    decode_request,
    encode,
)

WORDS = tuple(f"word{number} " for number in range(40))
TOKEN_PAUSE_S = 0.005
FOR_EVER_S = 3600
MODES = (
    "good", "slow_start", "dies_at_start", "bad_pack", "never_ready", "dies_in_answer", "aborts_in_answer",
    "hangs", "ignores_cancel", "floods", "garbage", "endless_line", "closes_pipes", "ends_with_answer",
)  # fmt: skip


class MisbehavingEngine:
    """Reads requests in the main thread; each question is answered in a thread of its own, which `Cancel` ends."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.lock = threading.Lock()
        self.stopped: dict[int, threading.Event] = {}

    def send(self, *events) -> None:
        with self.lock:
            sys.stdout.buffer.write(b"".join(encode(event) for event in events))
            sys.stdout.buffer.flush()

    def serve(self) -> None:
        if self.mode == "dies_at_start":
            print("terminate called after throwing an instance of 'std::bad_alloc'", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == "slow_start":
            time.sleep(1)
        for line in sys.stdin.buffer:
            self.handle(decode_request(line))

    def handle(self, request) -> None:
        match request:
            case Hello():
                self.load()
            case Ping(nonce=nonce):
                self.send(Pong(nonce=nonce))
            case Cancel(id=number) if self.mode != "ignores_cancel" and number in self.stopped:
                self.stopped[number].set()
            case Shutdown() if self.mode != "ignores_cancel":
                sys.exit()
            case Prepare(id=number):
                self.send(Done(id=number))
            case Ask(id=number):
                self.stopped[number] = threading.Event()
                getattr(self, self.mode, self.answer)(number)
            case Sense():
                threading.Thread(target=self.sense, args=(request,), daemon=True).start()

    def load(self) -> None:
        if self.mode == "bad_pack":
            self.send(Failed(id=0, code="pack", message="The pack is damaged.", hint="Install it again."))
            sys.exit(1)
        self.send(Loading(part="language", fraction=1.0))
        if self.mode == "never_ready":
            time.sleep(FOR_EVER_S)
        ready = Ready(
            protocol=PROTOCOL_VERSION, version="1", pack="fake", pack_name="Fake", device="this test", load_ms=1.0
        )
        self.send(ready)

    def answer(self, number: int) -> None:
        threading.Thread(target=self.stream, args=(number,), daemon=True).start()

    def stream(self, number: int) -> None:
        said = ""
        for word in WORDS:
            if self.stopped[number].wait(TOKEN_PAUSE_S):
                self.send(Cancelled(id=number, partial=said))
                return
            said += word
            self.send(Token(id=number, text=word))
        self.send(Done(id=number, answer=Answer(answer=said, pack="fake", tokens=TokenCounts(1, len(WORDS)))))

    def sense(self, request: Sense) -> None:
        stopped = self.stopped[request.id] = threading.Event()
        if request.seek == "for ever":
            stopped.wait()
            self.send(Cancelled(id=request.id))
            return
        for number, picture in enumerate(request.images):
            findings = PictureFindings("", picture.width_px, picture.height_px)
            self.send(Found(id=request.id, image=number, picture=findings))
        if request.sounds:
            self.send(Heard(id=request.id, sounds=tuple(SoundFindings("", 1.0) for _ in request.sounds)))
        self.send(Done(id=request.id))

    def some_words(self, number: int) -> None:
        self.send(*(Token(id=number, text=word) for word in WORDS[:3]))

    def dies_in_answer(self, number: int) -> None:
        self.some_words(number)
        os.kill(os.getpid(), signal.SIGKILL)

    def aborts_in_answer(self, number: int) -> None:
        self.some_words(number)
        print("llama-model.cpp:1328: GGML_ASSERT(n_layer > 0) failed", file=sys.stderr, flush=True)
        os.abort()

    def hangs(self, number: int) -> None:
        self.some_words(number)
        time.sleep(FOR_EVER_S)

    def ignores_cancel(self, number: int) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.some_words(number)

    def floods(self, number: int) -> None:
        token = encode(Token(id=number, text="flood "))
        while True:
            sys.stdout.buffer.write(token * 10_000)

    def garbage(self, number: int) -> None:
        self.some_words(number)
        sys.stdout.buffer.write(b'\xff\xfe{"type": "Nonsense"}\n')
        sys.stdout.buffer.flush()
        time.sleep(FOR_EVER_S)

    def endless_line(self, number: int) -> None:
        self.some_words(number)
        while True:
            sys.stdout.buffer.write(b"x" * 1_000_000)

    def closes_pipes(self, number: int) -> None:
        self.some_words(number)
        os.close(0)
        os.close(1)
        time.sleep(FOR_EVER_S)

    def ends_with_answer(self, number: int) -> None:
        """The answer and the end of the process arrive together: nothing of the answer may get lost."""
        self.stream(number)
        sys.exit(0)


if __name__ == "__main__":
    MisbehavingEngine(sys.argv[1]).serve()
