"""Eyes, ears and voice together: a question by voice about a scene before the camera and its sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.fake_camera import compiled, plugged_camera, why_impossible
from tests.fakes.sound_server import SoundServer
from tests.window import together
from tests.window.desktop import Desktop


@pytest.mark.skipif(bool(why_impossible()), reason="no camera can be pretended")
def test_asked_by_voice_the_dog_is_outlined_that_was_heard_to_bark(
    desktop: Desktop, cable: SoundServer, tmp_path: Path
) -> None:
    with (
        plugged_camera(compiled(tmp_path), tmp_path) as camera,
        together.looking_and_listening(desktop, camera, cable, tmp_path) as bubo,
    ):
        together.go_live(bubo, camera)
        together.hear_the_dog(bubo, cable)
        together.take_the_moment(bubo)
        together.ask_by_voice(bubo, cable)
        together.send(bubo)
        bubo.wait_for(lambda: [one for one in bubo.told() if one.name.startswith("Related · dog")], "the badge")
        bubo.press("ctrl+shift+x")
        source = bubo.wait_for(lambda: [one for one in bubo.told() if one.name.endswith("makes the sound")], "outlines")
        assert [one.name.partition(",")[0] for one in source] == ["dog"]
        assert (camera.n_streaming, cable.n_listeners()) == (0, 0)
