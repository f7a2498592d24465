"""A loaded translation model: weights for CTranslate2, pieces of words by SentencePiece."""

from collections.abc import Sequence

import ctranslate2
from sentencepiece import SentencePieceProcessor

from broadcaster.rehearsal.words.language_marks import Marking
from broadcaster.rehearsal.words.sentences import sentences_of
from broadcaster.rehearsal.words.text_model_folder import TextModelFolder

_BEAM = 4
_MOST_PIECES = 256
_PIECES_EACH, _PIECES_MORE = 3, 20
"""A translation has at most 3 pieces for each piece of the source, and 20 more: models that lose
the thread repeat themselves until they are stopped."""
_UNSPACED = frozenset({"ja", "zh", "yue", "th", "lo", "km", "my"})


class TextModel:
    """Translates sentences.

    Args:
        files: the model.
        threads: processor threads for one text.

    Raises:
        RuntimeError: a file is damaged.
        OSError: a file is damaged or cannot be read.
    """

    def __init__(self, files: TextModelFolder, threads: int) -> None:
        cuda = ctranslate2.get_cuda_device_count() > 0
        self._files = files
        self._translator = ctranslate2.Translator(
            str(files.weights),
            device="cuda" if cuda else "cpu",
            compute_type="float16" if cuda else "int8",
            inter_threads=1,
            intra_threads=threads,
        )
        self._source = SentencePieceProcessor(model_file=str(files.source_pieces))
        self._target = self._source
        if files.target_pieces != files.source_pieces:
            self._target = SentencePieceProcessor(model_file=str(files.target_pieces))

    def translate(self, text: str, source: str, target: str) -> str:
        """A text in another language, sentence by sentence; empty if it is empty."""
        sentences = sentences_of(text)
        if not sentences:
            return ""
        batch = [self._tokens(one, source, target) for one in sentences]
        marks = self._files.marks
        prefix = [marks.tokens[target]] if marks.marking is Marking.BOTH else []
        longest = max(len(tokens) for tokens in batch)
        found = self._translator.translate_batch(
            batch,
            target_prefix=[prefix] * len(batch) if prefix else None,
            beam_size=_BEAM,
            max_input_length=_MOST_PIECES,
            max_decoding_length=min(_MOST_PIECES, _PIECES_EACH * longest + _PIECES_MORE),
            disable_unk=True,
        )
        written = (self._text(one.hypotheses[0], len(prefix)) for one in found)
        return ("" if target in _UNSPACED else " ").join(filter(None, written))

    def _tokens(self, sentence: str, source: str, target: str) -> list[str]:
        marks = self._files.marks
        pieces: list[str] = self._source.encode(sentence, out_type=str)
        end = [self._files.end] if self._files.end else []
        match marks.marking:
            case Marking.BOTH:
                return [marks.tokens[source], *pieces, *end]
            case Marking.TARGET_BEFORE_SOURCE:
                return [marks.tokens[target], *pieces, *end]
            case Marking.NONE:
                return [*pieces, *end]

    def _text(self, pieces: Sequence[str], marks: int) -> str:
        """The text of a translation without its first tokens, which name the language."""
        written = [one for one in pieces[marks:] if not (one.startswith("<") and one.endswith(">"))]
        return str(self._target.decode(written)).strip()
