"""Whisper by faster-whisper, and Silero's voice activity detector, which that package carries.

Sound is encoded once and then asked for its language, its words and their times, and its English.
Passing the settled words as a prefix keeps the model from changing them.
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens, merge_punctuations
from faster_whisper.vad import get_vad_model

from broadcaster.rehearsal.whisper.doubts import is_evident, without_quick_end
from broadcaster.rehearsal.whisper.hypothesis import (
    FRAME_SAMPLES,
    MODEL_HZ,
    HeardWord,
    Samples,
)
from broadcaster.rehearsal.whisper.model_files import ModelFiles
from broadcaster.rehearsal.whisper.said_once import said_once

LONGEST_MS = 30_000
_FRAME_MS = 10
_ROOM_FRAMES = 300
"""Silence after the sound: without it the model repeats the last words."""
_FEWEST_FRAMES = 800
_BEAM = 5
_CONTEXT_TOKENS = 60
_MOST_TOKENS = 200
_SURPRISED = -1.0
_SOUNDLESS, _SOUNDLESS_SURPRISE = 0.5, -0.5
_REPETITIVE = 2.4
"""Limits of Whisper's own decoder: mean logarithm of the probability of a token, probability that
nobody speaks, and compression ratio of the text. Its own second limit is 0.6. With 0.5 a crowd of
five voices gives no words, and none of speech in noise is lost."""
_OPENING = "\"'“¿([{-"
_CLOSING = "\"'.。,，!！?？:：”)]}、"
_VAD_CONTEXT = 64


class Whisper:
    """A `SpeechModel`.

    Args:
        files: the model.
        threads: processor threads for one piece of sound.
    """

    def __init__(self, files: ModelFiles, threads: int) -> None:
        cuda = ctranslate2.get_cuda_device_count() > 0
        self.model = WhisperModel(
            str(files.folder or files.name),
            device="cuda" if cuda else "cpu",
            compute_type="float16" if cuda else "int8",
            cpu_threads=threads,
            local_files_only=True,
            files=None if files.contents is None else dict(files.contents),
        )
        self._tokenizers: dict[tuple[str, str], Tokenizer] = {}
        self._silence: ctranslate2.StorageView | None = None

    def tokenizer(self, language: str, task: str) -> Tokenizer:
        """The tokenizer that begins a text in this language for a task."""
        key = (language, task)
        if key not in self._tokenizers:
            multilingual = self.model.model.is_multilingual
            self._tokenizers[key] = Tokenizer(
                self.model.hf_tokenizer, multilingual, task=task, language=language
            )
        return self._tokenizers[key]

    def in_silence(self, tokenizer: Tokenizer, tokens: list[int]) -> list[float]:
        """The probability of each word of a text if there were no sound."""
        if self._silence is None:
            frames = np.zeros(_FEWEST_FRAMES * _FRAME_MS * MODEL_HZ // 1000, np.float32)
            features = pad_or_trim(self.model.feature_extractor(frames), _FEWEST_FRAMES)
            self._silence = self.model.encode(features)
        aligned = self.model.find_alignment(tokenizer, [tokens], self._silence, _FEWEST_FRAMES)[0]
        return [float(word["probability"]) for word in aligned]

    def encode(self, samples: Samples) -> "WhisperSpeech":
        """See `SpeechModel`."""
        frames = min(samples.size * 1000 // MODEL_HZ, LONGEST_MS) // _FRAME_MS
        padded = min(max(frames + _ROOM_FRAMES, _FEWEST_FRAMES), LONGEST_MS // _FRAME_MS)
        features = pad_or_trim(self.model.feature_extractor(samples), padded)
        return WhisperSpeech(self, self.model.encode(features), frames)


class WhisperSpeech:
    """An `EncodedSpeech`.

    Args:
        whisper: the model.
        encoded: what it made of the sound.
        frames: length of the sound, in frames of 10 ms.
    """

    def __init__(self, whisper: Whisper, encoded: ctranslate2.StorageView, frames: int) -> None:
        self._whisper, self._encoded, self._frames = whisper, encoded, frames

    def languages(self) -> Mapping[str, float]:
        """See `EncodedSpeech`."""
        if not self._whisper.model.model.is_multilingual:
            return {"en": 1.0}
        found = self._whisper.model.model.detect_language(self._encoded)[0]
        return {token[2:-2]: probability for token, probability in found}

    def words(self, language: str, context: str, said: Sequence[HeardWord]) -> Sequence[HeardWord]:
        """See `EncodedSpeech`."""
        tokenizer = self._whisper.tokenizer(language, "transcribe")
        before = _begin(tokenizer, said, capital=not context)
        prompt = []
        if context:
            prompt = [tokenizer.sot_prev, *tokenizer.encode(f" {context}")[-_CONTEXT_TOKENS:]]
        prompt += [*tokenizer.sot_sequence, tokenizer.no_timestamps, *before]
        tokens, reliable = self._generate(tokenizer, prompt)
        if tokens[: len(before)] == before:  # the library repeats what it was given
            tokens = tokens[len(before) :]
        if not tokens or not reliable:
            return ()
        aligned = self._whisper.model.find_alignment(
            tokenizer, [before + tokens], self._encoded, self._frames
        )[0]
        if not before and not context:
            in_sound = [float(word["probability"]) for word in aligned]
            if not is_evident(in_sound, self._whisper.in_silence(tokenizer, tokens)):
                return ()
        fresh = _without(aligned, len(before), tokenizer)
        merge_punctuations(fresh, _OPENING, _CLOSING)
        words = [
            HeardWord(
                word["word"],
                round(word["start"] * 1000),
                round(word["end"] * 1000),
                tuple(word["tokens"]),
            )
            for word in fresh
            if word["word"].strip()
        ]
        return tuple(without_quick_end(words))

    def english(self, language: str) -> str:
        """See `EncodedSpeech`."""
        tokenizer = self._whisper.tokenizer(language, "translate")
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        tokens, reliable = self._generate(tokenizer, prompt)
        return said_once(tokenizer.decode(tokens)) if reliable else ""

    def _generate(self, tokenizer: Tokenizer, prompt: list[int]) -> tuple[list[int], bool]:
        """The tokens after a prompt, and whether they are reliable."""
        result = self._whisper.model.model.generate(
            self._encoded,
            [prompt],
            beam_size=_BEAM,
            max_length=min(len(prompt) + _MOST_TOKENS, self._whisper.model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        mean = result.scores[0] * len(result.sequences_ids[0]) / (len(tokens) + 1)
        text = tokenizer.decode(tokens).encode()
        repetition = len(text) / len(zlib.compress(text)) if text else 0.0
        soundless = result.no_speech_prob > _SOUNDLESS and mean < _SOUNDLESS_SURPRISE
        return tokens, mean > _SURPRISED and repetition < _REPETITIVE and not soundless


def _begin(tokenizer: Tokenizer, said: Sequence[HeardWord], *, capital: bool) -> list[int]:
    """The tokens of settled words, with a capital where a text begins.

    After a small letter the model writes on without punctuation and with more errors.
    """
    if capital and said and (first := said[0].text.strip())[:1].islower():
        tokens = tokenizer.encode(f" {first[0].upper()}{first[1:]}")
        return [*tokens, *(token for word in said[1:] for token in word.tokens)]
    return [token for word in said for token in word.tokens]


def _without(
    aligned: Sequence[Mapping[str, Any]], count: int, tokenizer: Tokenizer
) -> list[dict[str, Any]]:
    """The aligned words after the first `count` tokens; the first may be the rest of a word."""
    fresh = []
    for word in aligned:
        tokens = word["tokens"][max(0, count) :]
        if tokens and count > 0:
            fresh.append({**word, "word": tokenizer.decode(tokens), "tokens": tokens})
        elif tokens:
            fresh.append(dict(word))
        count -= len(word["tokens"])
    return fresh


class SileroVoice:
    """A `VoiceDetector`."""

    def __init__(self) -> None:
        self._session = get_vad_model().session
        self._state = (np.zeros((1, 1, 128), np.float32), np.zeros((1, 1, 128), np.float32))
        self._before = np.zeros(_VAD_CONTEXT, np.float32)

    def probabilities(self, samples: Samples) -> Sequence[float]:
        """See `VoiceDetector`."""
        frames = samples.reshape(-1, FRAME_SAMPLES)
        ends = np.concatenate([self._before[None, :], frames[:-1, -_VAD_CONTEXT:]])
        self._before = frames[-1, -_VAD_CONTEXT:].copy()
        hidden, cell = self._state
        found, hidden, cell = self._session.run(
            None, {"input": np.concatenate([ends, frames], axis=1), "h": hidden, "c": cell}
        )
        self._state = (hidden, cell)
        return [float(one) for one in np.asarray(found).reshape(-1)]
