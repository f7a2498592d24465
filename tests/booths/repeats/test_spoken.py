"""A session's sound belongs to the text of its place; of what was heard before, only the rest."""

from broadcaster.booths.engines.engine import SpeechOutput
from broadcaster.booths.repeats.overlap import SaidSentence
from broadcaster.booths.repeats.spoken import UnspokenText

WORD = b"\1\2" * 100
SECOND = 24_000


class Session:
    """A session that began at the beginning of the floor, and how far it has come."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.spoken = UnspokenText(self.done.append)
        self.spoken.begin(0)

    def write(self, second: int, sentence: SaidSentence) -> None:
        """Write a sentence that ends at a second."""
        self.spoken.wrote(second * SECOND, sentence, known=bool(sentence.sounded_words))
        self.spoken.ended(second * SECOND, second * SECOND)

    def say(self, second: float) -> bytes | None:
        """Speak a word that was said at a second."""
        return self.spoken.take(SpeechOutput(WORD, int(second * SECOND)))


def test_sound_belongs_to_the_first_text_of_a_later_place() -> None:
    session, first, second = Session(), SaidSentence("Uno."), SaidSentence("Dos.")
    session.write(2, first)
    session.write(4, second)
    session.spoken.filled(5 * SECOND)
    assert session.done == []
    assert session.say(1) == WORD
    assert (first.heard_samples, second.heard_samples) == (100, 0)
    assert session.done == []
    assert session.say(3) == WORD
    assert session.done == [2 * SECOND]
    session.spoken.filled(5 * SECOND)
    assert session.done == [2 * SECOND, 4 * SECOND]
    assert (first.sounded_words, second.sounded_words) == (1, 1)


def test_a_sentence_is_owed_until_it_was_spoken() -> None:
    owed, session = [], Session()
    session.write(2, SaidSentence("Uno."))
    for filler in (2 * SECOND, 3 * SECOND):
        owed.append(session.spoken.is_owed)
        session.say(1)
        session.spoken.filled(filler)
    owed.append(session.spoken.is_owed)
    assert owed == [True, False, False]


def test_filler_inside_a_sentence_does_not_end_it() -> None:
    session, sentence = Session(), SaidSentence("Uno dos.")
    session.write(4, sentence)
    session.say(1)
    for filler in (2 * SECOND, 5 * SECOND):  # the second clause is not spoken yet
        session.spoken.filled(filler)
        assert session.done == []
    session.say(3)
    session.spoken.filled(None)
    assert session.done == [4 * SECOND]


def test_a_full_stop_that_comes_after_the_sound_ends_the_sentence_at_once() -> None:
    session = Session()
    session.spoken.wrote(2 * SECOND, SaidSentence("Uno"), known=False)
    session.say(1)
    session.spoken.filled(3 * SECOND)
    assert session.done == []
    session.spoken.wrote(2 * SECOND, SaidSentence("Uno."), known=False)
    session.spoken.ended(2 * SECOND, 2 * SECOND)
    assert session.done == [2 * SECOND]


def test_a_sound_that_is_not_behind_the_text_belongs_to_the_newest() -> None:
    session = Session()
    session.write(2, SaidSentence("Uno."))
    assert session.say(2) is None
    assert not session.spoken.is_late
    assert session.spoken.take(SpeechOutput(WORD, None)) is None
    assert session.spoken.take(SpeechOutput(WORD, 0, (0, SECOND))) is None


def test_the_rest_of_a_sentence_that_was_cut_off_is_heard() -> None:
    session, sentence = Session(), SaidSentence("Uno dos tres.", heard_samples=150)
    sentence.samples_again = 150
    session.write(4, sentence)
    assert [session.say(one) for one in (1, 2, 3)] == [b"", WORD[100:], WORD]
    assert sentence.heard_samples == 300


def test_what_was_spoken_before_the_session_is_not_heard_again() -> None:
    session = Session()
    session.spoken.begin(3 * SECOND)
    assert session.spoken.is_repeated(SpeechOutput(WORD, 2 * SECOND))
    assert not session.spoken.is_repeated(SpeechOutput(WORD, 3 * SECOND - 1))
    assert not session.spoken.is_repeated(SpeechOutput(WORD, None))


def test_a_voice_that_leaves_out_many_sentences_does_not_hold_the_floor_for_ever() -> None:
    session = Session()
    for number in range(1, 20):
        session.write(number, SaidSentence(f"{number}."))
    assert session.done == []
    session.say(18.5)
    assert session.done == [18 * SECOND]
