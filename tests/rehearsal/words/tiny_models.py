"""Makes translation models of some hundred kilobytes that say what a test wants.

The weights are real ones for CTranslate2, and the words are SentencePiece's. A model knows chains
of words. It says the chain whose mark is in the source or is the first token of the translation,
whatever else the source is. So a test sees in the text which tokens reached the model.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import sentencepiece
from ctranslate2.specs import common_spec, transformer_spec
from numpy.typing import NDArray

_SPECIAL = ("<unk>", "<s>", "</s>")
_STRONG, _SEEN = 10.0, 8.0


def word_pieces(path: Path, texts: Sequence[str]) -> list[str]:
    """Train SentencePiece on the words of some texts; returns its pieces."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(path.with_suffix("")),
        model_type="word",
        vocab_size=500,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    path.with_suffix(".model").rename(path)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]


def weights(
    folder: Path, pieces: Sequence[str], chains: Mapping[str, str], start: str = "<s>"
) -> None:
    """Write the weights and the vocabulary.

    Args:
        folder: for them.
        pieces: of both languages.
        chains: the text that a mark leads to.
        start: first token of every translation.
    """
    vocabulary = list(dict.fromkeys([*_SPECIAL, *pieces, *chains]))
    place = {token: number for number, token in enumerate(vocabulary)}
    size = -(-len(vocabulary) // 16) * 16
    spec = transformer_spec.TransformerSpec.from_config((1, 1), 1, pre_norm=True)
    embeddings = np.eye(len(vocabulary), size, dtype=np.float32) * _STRONG
    projection = np.zeros((len(vocabulary), size), np.float32)
    for mark, text in chains.items():
        chain = [f"▁{word}" for word in text.split(" ")]
        projection[place[chain[0]], place[mark]] = 6.0
        projection[place[chain[0]], place[start]] = 3.0
        for before, after in zip(chain, [*chain[1:], "</s>"], strict=True):
            projection[place[after], place[before]] = 9.0
    spec.encoder.embeddings[0].weight = embeddings
    spec.decoder.embeddings.weight = embeddings.copy()
    spec.decoder.projection.weight = projection
    nothing = np.zeros((size, size), np.float32)
    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        _norm(layer.self_attention.layer_norm, size)
        layer.self_attention.linear[0].weight = np.zeros((3 * size, size), np.float32)
        layer.self_attention.linear[1].weight = nothing.copy()
        _norm(layer.ffn.layer_norm, size)
        layer.ffn.linear_0.weight = nothing.copy()
        layer.ffn.linear_1.weight = nothing.copy()
    _norm(spec.encoder.layer_norm, size)
    _norm(spec.decoder.layer_norm, size)
    attention = spec.decoder.layer[0].attention
    _norm(attention.layer_norm, size)
    identity: NDArray[np.float32] = np.eye(size, dtype=np.float32)
    attention.linear[0].weight = nothing.copy()
    attention.linear[1].weight = np.concatenate([nothing, identity])
    attention.linear[2].weight = identity * _SEEN
    spec.register_source_vocabulary(vocabulary)
    spec.register_target_vocabulary(vocabulary)
    spec.config.decoder_start_token = start
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def _norm(layer: common_spec.LayerNormSpec, size: int) -> None:
    layer.gamma, layer.beta = np.ones(size, np.float32), np.zeros(size, np.float32)


def opus_model(folder: Path, says: str, licence: str = "CC-BY-4.0") -> Path:
    """A model of one pair in OPUS-MT's files. Without the end of the source it says `kein Ende`."""
    folder.mkdir(parents=True)
    source = word_pieces(folder / "source.spm", ["Good morning to you"])
    target = word_pieces(folder / "target.spm", [says, "kein Ende"])
    weights(folder, [*source, *target], {"</s>": says, "<s>": "kein Ende"})
    (folder / "README.md").write_text(f"---\nlanguage: [en]\nlicense: {licence}\n---\n# Tiny\n")
    return folder


def shared_model(
    folder: Path, chains: Mapping[str, str], start: str = "<s>", file: str = "sentencepiece.model"
) -> Path:
    """A model with tokens for languages, and one SentencePiece file for both sides."""
    folder.mkdir(parents=True)
    pieces = word_pieces(folder / file, [*chains.values(), "Good morning to you"])
    weights(folder, pieces, chains, start)
    return folder


def argos_model(folder: Path, says: str) -> Path:
    """An Argos package: the weights in a folder of their own, and notes about the languages."""
    folder.mkdir(parents=True)
    pieces = word_pieces(folder / "sentencepiece.model", [says, "Good morning to you"])
    weights(folder / "model", pieces, {"▁you": says})
    notes = {"from_code": "en", "to_code": "nl", "package_version": "1.0"}
    (folder / "metadata.json").write_text(json.dumps(notes))
    (folder / "LICENSE").write_text("CC0 1.0 Universal\n\nNo copyright.\n")
    return folder
