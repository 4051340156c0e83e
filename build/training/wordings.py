"""Ways to ask for a caption, so that what is learnt is not one sentence: a data set of captions has no questions."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

IMAGE_CAPTION = (
    "What is in this picture?",
    "Caption this picture.",
    "Say in a sentence what the picture shows.",
    "What do you see?",
    "Give the picture a short caption.",
    "Sum up this picture in one sentence.",
    "Briefly, what does the picture show?",
    "What is this a picture of?",
    "Tell me in a few words what is to be seen here.",
    "Write one line about this picture.",
    "What can be seen in the picture?",
    "Describe the picture in one sentence.",
)
IMAGE_DETAIL = (
    "Describe this picture in detail.",
    "What does the picture show? Leave nothing out.",
    "Tell me everything that you see.",
    "Give a thorough description of the picture.",
    "Look closely at the picture and describe it.",
    "Describe the scene for someone who cannot see it.",
    "What is happening in the picture? Go into detail.",
    "Write several sentences about what is in the picture.",
    "Describe the things in the picture and where they are.",
    "Explain at length what can be seen here.",
    "Could you describe this picture as fully as you can?",
    "Take me through the picture, from what is in front to what is behind.",
)
SOUND_CAPTION = (
    "What is in this recording?",
    "Caption this sound.",
    "Say in a sentence what is to be heard.",
    "What do you hear?",
    "Give the recording a short caption.",
    "Sum up this sound in one sentence.",
    "Briefly, what can be heard?",
    "What is this the sound of?",
    "Tell me in a few words what is heard here.",
    "Write one line about this recording.",
    "What does it sound like?",
    "Describe the sound in one sentence.",
)
SOUND_DETAIL = (
    "Describe this recording in detail.",
    "What is to be heard? Leave nothing out.",
    "Tell me everything that you hear.",
    "Give a thorough description of the sound.",
    "Listen closely and describe the recording.",
    "Describe the recording for someone who cannot hear it.",
    "What is happening in the recording? Go into detail.",
    "Write several sentences about what is heard.",
    "Describe the sounds in the recording and how they follow each other.",
    "Explain at length what can be heard here.",
    "Could you describe this sound as fully as you can?",
    "What goes on in this recording, and where might it have been made?",
)
LOCALISATION = (
    "What in the picture makes the sound?",
    "Where does the sound come from?",
    "Find the source of the sound in the picture.",
    "Which thing in the picture is to be heard?",
    "Look at the picture and listen: what is making the noise?",
    "Point out what the sound belongs to.",
    "What do you hear, and what in the picture does it come from?",
    "Who or what in the picture is responsible for this sound?",
    "Tell me which part of the picture the recording is of.",
    "Match the sound to something in the picture.",
    "Where in the picture would this be heard?",
    "Name the thing in the picture that sounds like this.",
)
DO_THEY_BELONG = (
    "Are the picture and the sound related?",
    "Do the picture and the recording belong together?",
    "Is the sound from what the picture shows?",
    "Could this sound have been recorded where the picture was taken?",
    "Does what you hear fit what you see? Describe both.",
    "Say whether picture and sound are of the same thing.",
)
PICTURE_AND_SOUND = (
    "Describe the picture and the sound.",
    "What do you see, and what do you hear?",
    "Tell me about the picture and about the recording.",
    "What is in the picture, and what is in the recording?",
    "Say what is to be seen and what is to be heard.",
    "Give an account of both the picture and the sound.",
)


def choose_wording(wordings: Sequence[str], identity: str) -> str:
    """One of the wordings, always the same for the same picture or sound."""
    return wordings[crc32(identity.encode()) % len(wordings)]
