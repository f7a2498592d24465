"""Recognition of one stream of free speech: what is shown is never taken back.

While somebody speaks, a model reads the sound since the last whole phrase again and again. Words on
which two readings agree are settled. At a pause, all are. Nothing but speech reaches the model.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from broadcaster.rehearsal.hearing.recognition import Recognition
from broadcaster.rehearsal.hearing.script import Script
from broadcaster.rehearsal.resample import Resampler
from broadcaster.rehearsal.whisper.agreement import Agreement
from broadcaster.rehearsal.whisper.heard_language import HeardLanguage, model_code
from broadcaster.rehearsal.whisper.hypothesis import (
    FRAME_SAMPLES,
    MODEL_HZ,
    HeardWord,
    Samples,
    SpeechModel,
    VoiceDetector,
)
from broadcaster.rehearsal.whisper.phrases import Phrases
from broadcaster.rehearsal.whisper.sound_buffer import SoundBuffer
from broadcaster.rehearsal.whisper.utterance_gate import LOOK_BACK_MS, Edge, UtteranceGate
from broadcaster.rehearsal.whisper.voice_track import VoiceTrack
from broadcaster.rehearsal.wire.constants import SAMPLE_RATE_HZ

_KEPT_MS = 40_000
_STEP_MS = 800
"""New sound that is worth another reading."""
_REST = 1.25
"""A reading that took longer than `_STEP_MS` is followed by the next after this many times that."""
_LEAST_VOICED_MS = 250
"""A shorter sound is a knock or a cough."""
_LONG_MS = 15_000
"""Sound that is longer is cut after the last settled word, although the phrase goes on."""
_LONGEST_MS = 24_000
"""All of a longer reading is taken as it is."""
_WORDLESS_MS, _WORDLESS_KEPT_MS = 8_000, 4_000
"""Of sound that is longer and has no word, only the end is read again: a crowd goes on for long."""
_AFTER_MS = 150
"""An utterance is whole when a reading had this much sound after its last frame of speech."""
_UNREAD_MS = 2_000
"""After this much speech without a word the model has stopped: another language has begun."""
_MARGIN_MS = 250
"""Sound around a phrase that is translated with it."""


class StreamRecogniser:
    """Turns one stream of PCM into phrases, and into the beginnings of those that are being said.

    Args:
        model: listens.
        voice: tells speech from other sound.
        script: the prepared talk, which is found in what is said.
        now_s: seconds of a monotonic clock.
    """

    def __init__(
        self, model: SpeechModel, voice: VoiceDetector, script: Script, now_s: Callable[[], float]
    ) -> None:
        self._model, self._voice, self._now_s = model, voice, now_s
        self._resampler = Resampler(SAMPLE_RATE_HZ, MODEL_HZ)
        self._sound = SoundBuffer(_KEPT_MS)
        self._unjudged: Samples = np.zeros(0, np.float32)
        self._gate, self._voiced = UtteranceGate(), VoiceTrack(_KEPT_MS)
        self._agreement = Agreement()
        self._language = HeardLanguage()
        self._phrases = Phrases(script)
        self._start_ms: int | None = None
        self._said: list[HeardWord] = []
        self._unsettled: Sequence[HeardWord] = ()
        self._context = ""
        self._read_ms = 0
        self._step_ms = float(_STEP_MS)

    def feed(self, pcm: bytes) -> list[Recognition]:
        """Take PCM (s16le mono 24 kHz); return what was said in utterances that ended with it."""
        samples = np.frombuffer(pcm, "<i2").astype(np.float64) / 32_768
        resampled = self._resampler.process(samples).astype(np.float32)
        self._unjudged = np.concatenate([self._unjudged, resampled])
        whole = self._unjudged.size // FRAME_SAMPLES * FRAME_SAMPLES
        judged, self._unjudged = self._unjudged[:whole], self._unjudged[whole:]
        heard: list[Recognition] = []
        if not whole:
            return heard
        self._sound.append(judged)
        for probability in self._voice.probabilities(judged):
            self._voiced.hear(probability)
            match self._gate.hear(probability):
                case Edge.BEGUN:
                    self._begin(self._gate.start_ms)
                case Edge.ENDED:
                    heard += self._end()
            if self._start_ms is not None and self._gate.now_ms - self._start_ms > _LONGEST_MS:
                heard += self._read(self._gate.now_ms)
        return heard

    def look(self) -> list[Recognition]:
        """Read the unfinished utterance again, if there is enough new sound; return what is new."""
        end_ms = self._gate.now_ms
        if self._start_ms is None or self._gate.voiced_ms < _LEAST_VOICED_MS:
            return []
        if end_ms - max(self._start_ms, self._read_ms) < self._step_ms:
            return []
        return self._read(end_ms)

    def flush(self) -> list[Recognition]:
        """Return everything still open, as if the stream ended. It may continue afterwards."""
        heard = self._end()
        if self._gate.open:
            self._begin(self._gate.now_ms)
        return heard

    def settled_ms(self) -> int:
        """The stream time before which everything said has been returned."""
        if self._phrases.start_ms is not None:
            return self._phrases.start_ms
        if self._start_ms is not None:
            return self._start_ms
        return max(0, self._gate.now_ms - LOOK_BACK_MS)

    def _begin(self, start_ms: int) -> None:
        self._start_ms = start_ms
        self._said, self._unsettled, self._context = [], (), ""
        self._agreement.forget()

    def _end(self) -> list[Recognition]:
        if self._start_ms is None:
            return []
        heard: list[Recognition] = []
        if self._read_ms >= self._gate.end_ms + _AFTER_MS and not self._language.doubtful:
            self._phrases.add(self._unsettled, self._phrases.language)
            heard = self._cut(ended=True)
        elif self._gate.voiced_ms >= _LEAST_VOICED_MS:
            heard = self._read(self._gate.now_ms, ended=True)
        self._start_ms = None
        return heard

    def _read(self, until_ms: int, *, ended: bool = False) -> list[Recognition]:
        """Read the sound since the last whole phrase, and return what that settles."""
        assert self._start_ms is not None
        began_s, heard = self._now_s(), list[Recognition]()
        encoded = self._model.encode(self._sound.between(self._start_ms, until_ms))
        length_ms = until_ms - self._start_ms
        before = self._phrases.language
        language = self._language.hear(
            encoded.languages(), length_ms, settled=bool(self._said), last=ended
        )
        if language != before and self._said:
            heard += self._cut(ended=True)
            self._begin(self._said[-1].end_ms)
            encoded = self._model.encode(self._sound.between(self._start_ms, until_ms))
        fresh = encoded.words(language, self._context, self._said)
        words = self._voiced.spoken([word.later(self._start_ms) for word in fresh])
        stopped_ms = self._stopped_ms(words, until_ms)
        all_of_it = ended or length_ms > _LONGEST_MS or stopped_ms is not None
        settled = words if all_of_it else self._settled(words, until_ms)
        self._said += settled
        self._unsettled = words[len(settled) :]
        self._phrases.add(settled, language)
        over = ended or stopped_ms is not None
        heard += self._cut(ended=over)
        if settled and not over:
            heard += self._phrases.begun(self._unsettled)
        if stopped_ms is not None:
            self._begin(stopped_ms)
            return heard + self._read(until_ms, ended=ended)
        if all_of_it:
            self._begin(until_ms)
        elif not words and not self._said and length_ms > _WORDLESS_MS:
            self._start_ms = until_ms - _WORDLESS_KEPT_MS
        elif length_ms > _LONG_MS and self._said:
            self._context = self._phrases.text
            self._start_after(len(self._said))
        self._read_ms = until_ms
        self._step_ms = max(_STEP_MS, _REST * 1000 * (self._now_s() - began_s))
        return heard

    def _stopped_ms(self, words: Sequence[HeardWord], until_ms: int) -> int | None:
        """The end of the last word, if the model has left out the speech after it."""
        assert self._start_ms is not None
        known = words or self._said
        end_ms = known[-1].end_ms if known else 0
        if self._language.doubtful or end_ms < self._start_ms + _LEAST_VOICED_MS:
            return None
        return end_ms if min(until_ms, self._gate.end_ms) - end_ms > _UNREAD_MS else None

    def _settled(self, words: Sequence[HeardWord], until_ms: int) -> Sequence[HeardWord]:
        """The words that a reading of an utterance that goes on settles."""
        if not self._language.doubtful:
            return self._agreement.settled(words, until_ms)
        self._agreement.note(words)
        return ()

    def _cut(self, *, ended: bool) -> list[Recognition]:
        """The whole phrases, translated into English; their sound is not read again."""
        heard = [self._with_english(one) for one in self._phrases.cut(ended=ended)]
        if heard and not ended:
            kept_ms = self._phrases.start_ms
            count = sum(1 for word in self._said if kept_ms is None or word.start_ms < kept_ms)
            self._context = ""
            if count:
                self._start_after(count)
        return heard

    def _start_after(self, count: int) -> None:
        """Read from now on what follows the first `count` settled words."""
        last, self._said = self._said[count - 1], self._said[count:]
        after_ms = [word.start_ms for word in (*self._said, *self._unsettled)]
        self._start_ms = (last.end_ms + after_ms[0]) // 2 if after_ms else last.end_ms

    def _with_english(self, heard: Recognition) -> Recognition:
        if heard.language == "en" or heard.matched >= 0:
            return heard
        sound = self._sound.between(heard.start_ms - _MARGIN_MS, heard.end_ms + _MARGIN_MS)
        english = self._model.encode(sound).english(model_code(heard.language))
        return replace(heard, english=english)
