"""The wordings of nano's questions, by kind, and its fixed answers. Questions are lower case, as they are read.

Fields: `{one}` dog, `{a}` a dog, `{many}` dogs, `{place}` at the top left.
"""

from __future__ import annotations

QUESTIONS: dict[str, tuple[str, ...]] = {
    "exists": (
        "is there {a}", "is there {a} in the picture", "are there any {many}", "do you see {a}", "can you see {a}",
        "do you see any {many}", "can you see any {many} here", "does the picture show {a}", "can you find {a}",
        "is {a} in the picture", "is {a} visible", "have you seen {a}", "is there any {one}", "are there {many}",
        "does the image contain {a}", "is {a} shown", "do you notice {a}", "is there {a} in this image", "see {a}",
        "any {many}",
    ),
    "where": (
        "where is the {one}", "where is {a}", "where are the {many}", "where can i find the {one}",
        "where do you see the {one}", "where do you see {a}", "show me the {one}", "point to the {one}",
        "point at the {one}", "find the {one}", "locate the {one}", "what is the position of the {one}",
        "in which part of the picture is the {one}", "where in the picture is the {one}", "where's the {one}",
        "at which place is the {one}", "tell me where the {one} is", "where can you see the {one}",
        "on which side is the {one}", "whereabouts is the {one}",
    ),
    "colour": (
        "what color is the {one}", "what colour is the {one}", "which color is the {one}",
        "which colour does the {one} have", "what color does the {one} have", "what is the color of the {one}",
        "what is the colour of the {one}", "which color has the {one}", "tell me the color of the {one}",
        "the {one} is what color", "what color are the {many}", "how is the {one} colored", "color of the {one}",
        "what colors do the {many} have", "name the color of the {one}", "what's the color of the {one}",
        "in which color is the {one}", "what colour are the {many}",
    ),
    "count": (
        "how many {many} are there", "how many {many} do you see", "how many {many} can you see", "count the {many}",
        "how many {many} are in the picture", "what is the number of {many}", "tell me how many {many} there are",
        "how many {many}", "how many {many} does the picture show", "how many {many} are here", "number of {many}",
        "how many {many} can you find", "how many {many} are visible", "can you count the {many}",
        "give me the number of {many}", "how many {many} are there in the image",
    ),
    "size": (
        "how big is the {one}", "how large is the {one}", "what size is the {one}", "what size has the {one}",
        "what is the size of the {one}", "is the {one} small or large", "is the {one} big or small",
        "tell me the size of the {one}", "which size does the {one} have", "is the {one} large or small",
        "how small is the {one}", "size of the {one}",
    ),
    "hear": (
        "what do you hear", "what can you hear", "what is the sound", "what sound is this", "what sound is it",
        "which sounds do you hear", "what sounds can you hear", "describe the sound", "what is that noise",
        "what noise is this", "listen to the sound", "what is in the recording", "which sound is this",
        "tell me what you hear", "what kind of sound is it", "what are you hearing", "what do you listen to",
        "describe the recording", "describe what you hear", "what's this sound",
    ),
    "source": (
        "what makes this sound", "what makes the sound", "what makes that noise", "who makes this sound",
        "where does the sound come from", "where does this sound come from", "what is the source of the sound",
        "which object makes this sound", "which thing makes the sound", "what in the picture makes this sound",
        "what could make this sound", "show me what makes this sound", "who is making this noise",
        "point to what you hear", "which of these makes the sound", "what is making the sound",
        "what produces this sound", "which object in the picture makes this sound", "find the source of the sound",
        "what does the sound come from",
    ),
    "match": (
        "do the sound and the picture belong together", "do they belong together",
        "do the picture and the sound belong together", "does the sound match the picture",
        "does the picture match the sound", "do they match", "do the image and the sound match",
        "is the sound related to the picture", "are they related", "are the picture and the sound related",
        "does the sound fit the picture", "does the sound belong to the picture",
        "do the image and the audio belong together", "is there a match", "does this sound come from the picture",
        "do sound and picture fit together", "are the image and the audio related",
        "is the audio related to the image",
    ),
    "describe": (
        "what do you see", "describe the picture", "describe the image", "what is in the picture",
        "what is in the image", "describe it", "what can you see", "tell me what you see",
        "what does the picture show", "what is this", "list what you see", "what is there", "what's in the picture",
        "what objects are there", "which objects do you see", "what things can you see", "describe what you see",
        "what is shown here", "which things are in the picture", "list the objects",
    ),
    "at": (
        "what is {place}", "what do you see {place}", "what can you see {place}", "which object is {place}",
        "is there anything {place}", "what is there {place}", "what's {place}", "what is in the picture {place}",
        "tell me what is {place}", "name the object {place}", "is there something {place}", "which thing is {place}",
    ),
    "hear_exists": (
        "do you hear {a}", "can you hear {a}", "is there the sound of {a}", "is {a} in the sound",
        "does it sound like {a}", "is this the sound of {a}", "do you hear any {one}", "can you hear any {many}",
        "is {a} making a sound", "do you hear the {one}", "is that {a} that i hear", "does this sound like {a}",
        "can you hear the {one}", "do you hear the sound of {a}",
    ),
    "unknown_word": (
        "is there {a}", "do you see {a}", "where is the {one}", "where is {a}", "what color is the {one}",
        "how many {many} are there", "how many {many} do you see", "how big is the {one}", "do you hear {a}",
        "can you see {a}", "show me the {one}", "can you hear {a}", "find the {one}", "count the {many}",
        "are there any {many}", "what is a {one}", "{one}", "can you find {a}", "what colour is the {one}",
        "locate the {one}",
    ),
}  # fmt: skip

OPENINGS = ("please ", "tell me, ", "bubo, ", "hey, ", "so, ", "now ", "and ", "can you tell me, ")
ENDINGS = (" please", ", please", " now", " here")

SMALL_TALK: dict[str, tuple[str, ...]] = {
    "Hello! Ask me about a picture or a sound.": (
        "hello", "hi", "hey", "good morning", "good evening", "hello there", "hi bubo", "hello bubo", "greetings",
        "good day",
    ),
    "You are welcome.": (
        "thanks", "thank you", "thank you very much", "many thanks", "thanks a lot", "great, thanks", "thank you bubo",
        "well done",
    ),
    "I am Bubo, a small network that knows a drawn world.": (
        "who are you", "what are you", "what is your name", "who is bubo", "are you a robot", "are you a human",
        "introduce yourself", "tell me about yourself", "what is bubo", "are you real",
    ),
    "I can tell what I see, where it is, what I hear and what makes a sound.": (
        "what can you do", "help", "help me", "what can i ask", "what can i ask you", "how can you help me",
        "what are you able to do", "what do you know", "how does this work", "what should i ask",
    ),
    "Goodbye.": ("bye", "goodbye", "see you", "good night", "bye bye", "see you later", "goodbye bubo"),
}  # fmt: skip

OUT_OF_SCOPE = (
    "how is the weather", "what is the weather today", "who is the president", "what is the capital of france",
    "write a poem", "write a story", "tell me a joke", "sing a song", "what time is it", "what day is it",
    "how old are you", "where do you live", "what is the meaning of life", "do you like music", "what is two plus two",
    "what is one and one", "how do i cook rice", "why is the sky blue", "who wrote this book",
    "what is your favorite color", "can you dance", "how are you", "do you love me", "what is the news",
    "translate this", "translate this into spanish", "solve this equation", "who won the game", "what should i eat",
    "how far is the sun", "when was the war", "how do computers work", "what is love", "why do birds fly",
    "where were you born", "who made the world", "how much does it cost", "is it raining", "will it rain tomorrow",
    "write some code", "write a letter", "explain physics", "what is the largest country", "how tall is the mountain",
    "do you dream", "are you happy", "play a game with me", "can you drive a car", "read the text",
    "what does the text say", "who is this person", "how old is he", "is she happy", "why", "what happened before",
    "what will happen next", "what is he thinking", "recommend a film", "give me advice", "do my homework",
    "what is the price of gold", "when does the train leave", "should i buy a house", "is the dog hungry",
    "does the cat sleep", "what does a bird eat", "why is the dog here", "who owns the car",
    "what is the name of the dog", "ignore what i said",
)  # fmt: skip

FOREIGN_WORDS = (
    "zebra", "tiger", "table", "chair", "man", "woman", "person", "child", "window", "door", "kangaroo", "panda",
    "truck", "motorcycle", "bottle", "cup", "spoon", "knife", "fork", "lamp", "mountain", "river", "ocean", "city",
    "road", "bridge", "tower", "phone", "watch", "ring", "coin", "orange", "grape", "lemon", "cherry", "peach", "pear",
    "tomato", "potato", "onion", "violin", "flute", "harp", "dragon", "unicorn", "goat", "donkey", "mouse", "squirrel",
    "fox", "deer", "swan", "goose", "eagle", "parrot", "shark", "dolphin", "lobster", "ant", "wasp", "mosquito",
    "lizard", "crocodile", "dinosaur", "glass", "plate", "basket", "box", "bag", "wallet", "sofa", "carpet", "curtain",
    "mirror", "clown", "king", "queen", "soldier", "doctor", "teacher", "sword", "shield", "castle", "tent", "ladder",
    "broom", "bucket", "scissors", "needle", "button", "glove", "scarf", "sock", "trousers", "jacket", "skirt",
    "dress", "necklace", "cloak", "submarine", "canoe", "scooter", "taxi", "van", "wagon", "sled", "kite", "robot",
    "statue", "flag", "map", "globe",
)  # fmt: skip

WITHOUT_PICTURE = "I have nothing to look at."
WITHOUT_SOUND = "I have nothing to listen to."
WITHOUT_BOTH = "I have nothing to look at or listen to."
UNKNOWN_WORD = "I do not know that word."
UNKNOWN_QUESTION = "I can only talk about what I see and hear in my drawn world."
