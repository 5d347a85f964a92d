"""What the generator says: ordinary messages of a parent, the same to every peer.

None of them is in the training data word for word, none calls for the safety text (which would be
answered without the assistant, and so flatter us), and none opens a form.
"""

from collections.abc import Iterator
from itertools import count

HELLO = ("hello there", "hi, is this the chat for new mums", "hiya", "good morning all")
QUESTIONS = (
    "she wakes every hour at night, is that usual at 7 weeks",
    "why does he cry every evening for no reason",
    "how do i know my baby is getting enough milk",
    "I don't feel close to my baby yet and she is 3 weeks",
    "wen can i start giving him solid food",
    "my toddler screams on the floor of the shop, what do I do",
    "is it ok if she watches cartoons while i cook",
    "can you spoil a newborn by holding him too much",
    "im so tired i cant think straight",
    "my partner and me argue all the time since the baby came",
    "how should i talk to a baby who cant talk back",
    "how do dads bond when mum does the feeding",
    "what does it mean when he turns his head away from me",
    "older brother is jealous of the new baby",
    "do i have to stop my antidepressants while breastfeeding",
    "she cries as soon as i leave the room",
    "where should the baby sleep to be safe",
    "the birth was awful and i keep thinking about it",
    "who sees what I write here",
    "are you a real person or a robot",
    "we have money worries with the baby",
    "is there a playgroup close to BD5 8HL",
    "is my bump able to hear me",
    "what games can you play with a six week old",
)
THANKS = ("thanks that helped", "ok thank you", "cheers", "that's kind, thanks")
PER_CONVERSATION = 10


def conversations() -> Iterator[tuple[str, ...]]:
    """Conversations of ten messages without end: a greeting, eight questions, thanks."""
    for number in count():
        questions = (QUESTIONS[(number * 8 + i) % len(QUESTIONS)] for i in range(8))
        yield (HELLO[number % len(HELLO)], *questions, THANKS[number % len(THANKS)])
