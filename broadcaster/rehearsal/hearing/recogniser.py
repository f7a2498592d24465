"""Streaming recognition of a prepared talk. It runs in a process of its own.

Two decoders share the work. The script decoder knows only the talk. It is fast, and nearly always
right while the speaker follows the script. When its words do not form sentences of the talk, the
open decoder (general English) recognises the same sound, and continues until the talk does.
"""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pocketsphinx import Decoder, Endpointer, get_model_path

from broadcaster.rehearsal.hearing.language_model import build_arpa
from broadcaster.rehearsal.hearing.pronunciation import spanish_sounds
from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import FoundSentence, Script, Word, words_of
from broadcaster.rehearsal.hearing.sentence_match import After
from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.talk import TalkSentence
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

DECODER_HZ = 16_000
_BYTES_PER_MS = DECODER_HZ * 2 // 1000
_DECODER_FRAME_MS = 10
_LOOK_MS = 150
"""Interval at which the words so far are searched for sentences."""
_PAUSE_MS = 150
"""Silence after the last word of a sentence that makes it complete."""
_SOFT_LIMIT_MS = 5_000
"""A longer utterance is ended at the next short silence."""
_SHORT_PAUSE_MS = 80
_HARD_LIMIT_MS = 10_000
_KEEP_PENDING_MS = 2_500
"""A sentence that is broken off for longer than this is dropped."""
_MIN_OPEN_WORDS = 2
_OVERLAP_MS = 100
"""Largest difference of the two decoders about the end of a word."""


class Recogniser:
    """Turns one stream of PCM into sentences of the script and other words.

    Args:
        sentences: the talk; its English words are in the pronunciation dictionary.
    """

    def __init__(self, sentences: Sequence[TalkSentence]) -> None:
        self._script = Script([words_of(sentence.text) for sentence in sentences])
        self._decoder = script_decoder(sentences)
        self._open_decoder: Any = None
        self._doubtful = False
        self._endpointer = Endpointer(window=0.2, ratio=0.8, vad_mode=2)
        self._resampler = Resampler(SAMPLE_RATE_HZ, DECODER_HZ)
        self._unread = b""
        self._read_ms = 0
        self._looked_ms = 0
        self._utterance: bytearray | None = None
        self._utterance_start_ms = 0
        self._pending: list[Word] = []
        self._begun: tuple[int, int] | None = None

    def feed(self, pcm: bytes) -> list[Recognition]:
        """Take PCM (s16le mono 24 kHz) and return what could be recognised with it."""
        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        resampled = np.clip(np.rint(self._resampler.process(samples)), -32768, 32767)
        self._unread += resampled.astype("<i2").tobytes()
        heard: list[Recognition] = []
        step = self._endpointer.frame_bytes
        while len(self._unread) >= step:
            frame, self._unread = self._unread[:step], self._unread[step:]
            self._read_ms += step // _BYTES_PER_MS
            speech = self._endpointer.process(frame)
            if speech is not None:
                heard += self._speech(speech)
        if self._utterance is not None:
            if self._read_ms - self._looked_ms >= _LOOK_MS:
                self._looked_ms = self._read_ms
                heard += self._look()
        elif self._pending and self._read_ms - self._pending[-1].end_ms > _KEEP_PENDING_MS:
            self._pending.clear()
        return heard

    def flush(self) -> list[Recognition]:
        """Return everything still open, as if the stream ended. It may continue afterwards."""
        heard = self._end_utterance(After.PAUSE) if self._utterance is not None else []
        heard += self._take(self._script.find(self._pending, After.NOTHING))
        self._pending.clear()
        return heard

    def settled_ms(self) -> int:
        """The stream time before which everything said has been returned."""
        if self._pending:
            return self._pending[0].start_ms
        if self._utterance is not None:
            return self._utterance_start_ms
        return max(0, self._read_ms - 300)

    def _speech(self, speech: bytes) -> list[Recognition]:
        if self._utterance is None:
            self._start_utterance(round(self._endpointer.speech_start * 1000))
        assert self._utterance is not None
        self._decoder.process_raw(speech)
        self._utterance += speech
        if self._doubtful:
            self._open_decoder.process_raw(speech)
        return [] if self._endpointer.in_speech else self._end_utterance(After.PAUSE)

    def _start_utterance(self, start_ms: int) -> None:
        self._utterance = bytearray()
        self._utterance_start_ms = start_ms
        self._decoder.start_utt()
        if self._doubtful:
            self._open_decoder.start_utt()

    def _look(self) -> list[Recognition]:
        """Return sentences that are complete although the speaker continues."""
        words, silent_ms = self._words(self._decoder)
        if self._doubtful:
            _, silent_ms = self._words(self._open_decoder)
        silent = silent_ms >= _PAUSE_MS
        after = After.SILENCE if silent else After.SPEECH
        found = self._script.find([*self._pending, *words], after)
        length_ms = self._utterance_ms()
        too_long = length_ms > _HARD_LIMIT_MS or (
            length_ms > _SOFT_LIMIT_MS
            and silent_ms >= _SHORT_PAUSE_MS
            and not self._script.explains(words)
        )
        if (found and silent) or too_long:
            end_ms = self._utterance_start_ms + length_ms
            heard = self._end_utterance(after)
            if self._endpointer.in_speech:
                self._start_utterance(end_ms)
            return heard
        return [] if found else self._beginning([*self._pending, *words])

    def _beginning(self, words: list[Word]) -> list[Recognition]:
        """The beginning of the sentence that is being said, if there is more of it than before."""
        part = self._script.begun(words)
        if part is None or self._begun == (part.index, part.end):
            return []
        self._begun = (part.index, part.end)
        share = part.end / part.length
        return [Recognition("begun", part.start_ms, part.end_ms, index=part.index, end=share)]

    def _end_utterance(self, after: After) -> list[Recognition]:
        self._decoder.end_utt()
        words, _ = self._words(self._decoder)
        self._pending += words
        on_script = self._script.explains(self._pending)
        heard = self._take(self._script.find(self._pending, after))
        tail = self._script.tail(self._pending)
        self._pending = self._pending[len(self._pending) - tail :]
        if not on_script:
            starts_ms = [one.start_ms for one in heard] + [w.start_ms for w in self._pending]
            heard = self._open_words(starts_ms[0] if starts_ms else None) + heard
        elif self._doubtful:
            self._open_decoder.end_utt()
        self._doubtful = not on_script and not self._pending
        self._utterance = None
        return heard

    def _take(self, found: list[FoundSentence]) -> list[Recognition]:
        if found:
            self._pending = self._pending[found[-1].words_used :]
        return [Recognition("sentence", one.start_ms, one.end_ms, index=one.index) for one in found]

    def _open_words(self, until_ms: int | None) -> list[Recognition]:
        """The utterance as general English, until a sentence of the script begins."""
        if self._open_decoder is None:
            self._open_decoder = Decoder(loglevel="FATAL")
        if not self._doubtful:
            self._open_decoder.start_utt()
            assert self._utterance is not None
            self._open_decoder.process_raw(bytes(self._utterance))
        self._open_decoder.end_utt()
        words, _ = self._words(self._open_decoder)
        if until_ms is not None:
            words = [word for word in words if word.end_ms <= until_ms + _OVERLAP_MS]
        if len(words) < _MIN_OPEN_WORDS:
            return []
        text = " ".join(word.text for word in words)
        return [Recognition("words", words[0].start_ms, words[-1].end_ms, text=text)]

    def _utterance_ms(self) -> int:
        return len(self._utterance or b"") // _BYTES_PER_MS

    def _words(self, decoder: Any) -> tuple[list[Word], int]:
        """The words so far and the milliseconds of silence after them."""
        words = words_heard(decoder, self._utterance_start_ms)
        end_ms = self._utterance_start_ms + self._utterance_ms()
        return words, end_ms - words[-1].end_ms if words else 0


def words_heard(decoder: Any, start_ms: int) -> list[Word]:
    """The words of an utterance that began at `start_ms` of the stream."""
    return [
        Word(
            re.sub(r"\(\d+\)$", "", segment.word),
            start_ms + segment.start_frame * _DECODER_FRAME_MS,
            start_ms + (segment.end_frame + 1) * _DECODER_FRAME_MS,
        )
        for segment in decoder.seg() or ()
        if not segment.word.startswith(("<", "["))
    ]


def script_decoder(sentences: Sequence[TalkSentence]) -> Any:
    """A decoder that recognises only these sentences."""
    model = Path(get_model_path("en-us"))
    with tempfile.TemporaryDirectory() as folder:
        arpa, dictionary = Path(folder) / "script.lm", Path(folder) / "script.dict"
        arpa.write_text(build_arpa([words_of(sentence.text) for sentence in sentences]))
        dictionary.write_text("".join(_pronunciations(sentences, model / "cmudict-en-us.dict")))
        return Decoder(
            hmm=str(model / "en-us"),
            lm=str(arpa),
            dict=str(dictionary),
            fwdflat=False,
            bestpath=False,
            loglevel="FATAL",
        )


def _pronunciations(sentences: Sequence[TalkSentence], english: Path) -> list[str]:
    """Dictionary lines of all words. A word of both languages has two pronunciations."""
    words = {language: set[str]() for language in ("en", "es")}
    for sentence in sentences:
        words[sentence.language].update(words_of(sentence.text))
    with english.open(encoding="utf-8") as entries:
        # A further pronunciation of a word is called word(2).
        lines = [e for e in entries if e.partition(" ")[0].partition("(")[0] in words["en"]]
    for word in sorted(words["es"]):
        name = f"{word}(99)" if word in words["en"] else word
        lines.append(f"{name} {spanish_sounds(word)}\n")
    return lines
