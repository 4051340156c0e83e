"""How a child process obeys orders that a library may hang on: read in one thread, obeyed in another."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NoReturn

from bubo_desktop.errors import BuboError, DeviceError, ProtocolError
from bubo_desktop.protocol.channel import Channel
from bubo_desktop.protocol.messages import Failed, Message


def serve(channel: Channel, kind: Any, obey: Callable[[Any], None], name: str) -> NoReturn:
    """Works until the desktop wishes the end, or says what is no order; then the process ends, whatever hangs.

    Args:
        channel: to the desktop.
        kind: the union of the orders.
        obey: carries one out; what it raises becomes a `Failed` with the order's id, or 0 where it has none.
        name: of the process, in sentences for the user.
    """
    orders: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_work, args=(channel, orders, obey, name), name="work", daemon=True).start()
    try:
        for order in channel.requests(kind):
            orders.put(order)
    except ProtocolError as error:
        _fail(channel, error)
        os._exit(1)
    os._exit(0)


def _work(channel: Channel, orders: SimpleQueue[Message], obey: Callable[[Any], None], name: str) -> None:
    while True:
        order = orders.get()
        number = getattr(order, "id", 0)
        try:
            obey(order)
        except BuboError as error:
            _fail(channel, error, number)
        except Exception as error:  # noqa: BLE001 - the edge of the process: whatever happens becomes a sentence
            problem = f"The {name} met an unexpected problem ({type(error).__name__})."
            _fail(channel, DeviceError(problem, "Try it again."), number)


def _fail(channel: Channel, error: BuboError, number: int = 0) -> None:
    channel.send(Failed(id=number, code=error.code, message=error.message, hint=error.hint))
