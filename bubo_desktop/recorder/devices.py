"""The microphones as PortAudio knows them: which there are, and how one is opened."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bubo_desktop.errors import DeviceError
from bubo_desktop.protocol.recording import RATE_HZ, MicrophoneInfo

# Hardware nearly always works at this rate, and what a system makes of it for programs that want another one is often
# bad; so this is asked for first, and brought to `RATE_HZ` here.
COMMON_RATE_HZ = 48_000
CHUNKS_PER_S = 50  # a fixed size: left to itself, PortAudio hands over ragged pieces, sometimes of one sample
# The system's newest interface, where PortAudio lists each microphone once for each of them.
PREFERRED_INTERFACE = "Windows WASAPI"
# Converters that ALSA lists among the devices. Source: the plug-ins of alsa-plugins and their shipped configuration.
CONVERTERS = {"lavrate", "samplerate", "speex", "speexrate", "upmix", "vdownmix", "oss", "null"}
# Source: `PaErrorCode` in portaudio.h.
_WRONG_FORMAT = {-9998, -9997, -9994}  # paInvalidChannelCount, paInvalidSampleRate, paSampleFormatNotSupported
_BUSY = -9985  # paDeviceUnavailable
ALSA_STATES = Path("/proc/asound")


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone, its number in PortAudio's list, and the format that it prefers."""

    info: MicrophoneInfo
    number: int
    rate_hz: int
    n_channels: int


@dataclass(frozen=True, slots=True)
class OpenDevice:
    """A microphone in use: what it gives is interleaved float32, -1..1. `stream` must be kept."""

    name: str
    rate_hz: int
    n_channels: int
    stream: Any


def list_devices() -> tuple[Device, ...]:
    """The microphones that were there when this process first asked, the system's own choice first.

    Raises:
        DeviceError: PortAudio is missing, or cannot be used.
    """
    sound = _load_portaudio()
    try:
        interfaces, default = sound.query_hostapis(), sound.default.device[0]
        listed = list(sound.query_devices())
    except sound.PortAudioError as error:
        raise DeviceError("The system's sound cannot be used.", "Start the program again.") from error
    preferred = [number for number, interface in enumerate(interfaces) if interface["name"] == PREFERRED_INTERFACE]
    if preferred:
        listed = [entry for entry in listed if entry["hostapi"] in preferred]
        default = interfaces[preferred[0]]["default_input_device"]
    found = list(_devices(listed, [interface["name"] for interface in interfaces], default))
    return tuple(sorted(found, key=lambda device: not device.info.is_default))


def open_device(wanted: str, take: Callable[[bytes | None], None]) -> OpenDevice:
    """Takes a microphone into use until the process ends.

    Args:
        wanted: its id; empty for the system's own choice.
        take: hears each chunk of samples, and None when there will be no more; called in a thread of PortAudio.

    Raises:
        DeviceError: there is none, it is in use elsewhere, or cannot be opened.
    """
    device = _find(wanted)
    sound, name = _load_portaudio(), device.info.name
    for rate_hz, n_channels in _formats(device):
        try:
            stream = sound.RawInputStream(
                device=device.number,
                samplerate=rate_hz,
                channels=n_channels,
                dtype="float32",
                blocksize=rate_hz // CHUNKS_PER_S,
                callback=lambda chunk, *_: take(bytes(chunk)),
                finished_callback=lambda: take(None),
            )
            stream.start()
        except sound.PortAudioError as error:
            code = error.args[1] if len(error.args) > 1 else 0
            if code not in _WRONG_FORMAT:
                raise _busy(name) if code == _BUSY else _unusable(name) from error
        else:
            return OpenDevice(name, rate_hz, n_channels, stream)
    raise _unusable(name)


def stable_name(name: str) -> str:
    """PortAudio's name without the number of the socket, which another one may have the next time."""
    return re.sub(r"\s*\((plug)?hw:\d+,\d+\)$", "", name).rstrip(" :-")


def lost(name: str) -> DeviceError:
    """What to say where a microphone in use ends."""
    return DeviceError(f"The microphone {name} is gone.", "Plug it in again; it goes on by itself.")


def _devices(listed: list[Any], interfaces: list[str], default: int) -> Iterator[Device]:
    seen: Counter[str] = Counter()
    for entry in listed:
        name = stable_name(entry["name"])
        if entry["max_input_channels"] > 0 and name not in CONVERTERS:
            seen[name] += 1
            shown = name if seen[name] == 1 else f"{name} {seen[name]}"
            info = MicrophoneInfo(f"{interfaces[entry['hostapi']]}: {shown}", shown, entry["index"] == default)
            yield Device(info, entry["index"], round(entry["default_samplerate"]), entry["max_input_channels"])


def _find(wanted: str) -> Device:
    devices = list_devices()
    for device in devices:
        if wanted in {"", device.info.id}:
            return device
    name = wanted.partition(": ")[2] or wanted
    if is_any_in_use(ALSA_STATES):
        raise _busy(name)
    if devices:
        raise DeviceError(f"The microphone {name} is not there.", "Plug it in, or choose another one.")
    hint = "Plug one in, or switch it on in the system's settings; it is found at once."
    raise DeviceError("There is no microphone.", hint)


def is_any_in_use(states: Path) -> bool:
    """Whether Linux says so of some microphone: PortAudio does not list one that another program uses.

    Source: `/proc/asound/card*/pcm*c/sub*/status`, whose only word is `closed` where nobody uses the device.
    """
    return any(file.read_text().strip() != "closed" for file in states.glob("card*/pcm*c/sub*/status"))


def _formats(device: Device) -> Iterator[tuple[int, int]]:
    """Rates and numbers of channels, the best first."""
    rates_hz = dict.fromkeys((COMMON_RATE_HZ, device.rate_hz, RATE_HZ))
    for n_channels in dict.fromkeys((1, min(device.n_channels, 2), device.n_channels)):
        yield from ((rate_hz, n_channels) for rate_hz in rates_hz)


def _load_portaudio() -> Any:
    """Imports sounddevice, which makes PortAudio look at the system's devices."""
    try:
        import sounddevice
    except OSError as error:
        hint = "On Debian and Ubuntu: apt install libportaudio2."
        raise DeviceError("Microphones cannot be used: the library PortAudio is missing.", hint) from error
    return sounddevice


def _busy(name: str) -> DeviceError:
    what = f"The microphone {name}" if name else "The microphone"
    return DeviceError(f"{what} is in use.", "Close the other program that uses it.")


def _unusable(name: str) -> DeviceError:
    hint = "Unplug it and plug it in again, or choose another one."
    return DeviceError(f"The microphone {name} cannot be opened.", hint)
