"""A statistical language model of a prepared text, in the ARPA format that decoders read.

Backoff 3-grams with absolute discounting: every seen n-gram gives a fixed part of its count to
unseen ones. Sentences are modelled one by one and also run together, because a speaker does not
always pause between them.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

DISCOUNT = 0.5
START, END = "<s>", "</s>"
_NEVER = -99.0

Gram = tuple[str, ...]


def build_arpa(sentences: Sequence[Sequence[str]]) -> str:
    """The model of `sentences` (lower-case words) as the text of an ARPA file."""
    counts = _count(sentences)
    unigrams = _unigrams(counts[1])
    levels: list[dict[Gram, float]] = [unigrams]
    backoffs: dict[Gram, float] = {}
    for order in (2, 3):
        seen, level_backoffs = _discounted(counts[order], levels[-1], backoffs)
        backoffs |= level_backoffs
        levels.append(seen)
    return _render(levels, backoffs)


def _count(sentences: Sequence[Sequence[str]]) -> dict[int, Counter[Gram]]:
    lines: list[Gram] = [(START, *words, END) for words in sentences]
    lines.append((START, *(word for words in sentences for word in words), END))
    return {
        order: Counter(
            line[at : at + order] for line in lines for at in range(len(line) - order + 1)
        )
        for order in (1, 2, 3)
    }


def _unigrams(counts: Counter[Gram]) -> dict[Gram, float]:
    total = sum(count for gram, count in counts.items() if gram != (START,))
    result = {gram: math.log10(count / total) for gram, count in counts.items()}
    result[(START,)] = _NEVER
    return result


def _discounted(
    counts: Counter[Gram], lower: dict[Gram, float], lower_backoffs: dict[Gram, float]
) -> tuple[dict[Gram, float], dict[Gram, float]]:
    followers: dict[Gram, list[Gram]] = defaultdict(list)
    for gram in counts:
        followers[gram[:-1]].append(gram)
    seen: dict[Gram, float] = {}
    backoffs: dict[Gram, float] = {}
    for history, grams in followers.items():
        total = sum(counts[gram] for gram in grams)
        for gram in grams:
            seen[gram] = math.log10((counts[gram] - DISCOUNT) / total)
        left = DISCOUNT * len(grams) / total
        covered = sum(10 ** _shorter(gram[1:], lower, lower_backoffs) for gram in grams)
        backoffs[history] = math.log10(left / max(1.0 - covered, 1e-6))
    return seen, backoffs


def _shorter(gram: Gram, level: dict[Gram, float], backoffs: dict[Gram, float]) -> float:
    """Log probability of `gram` by a level that may not have seen it."""
    if gram in level:
        return level[gram]
    return backoffs.get(gram[:-1], 0.0) + _NEVER


def _render(levels: list[dict[Gram, float]], backoffs: dict[Gram, float]) -> str:
    lines = ["\\data\\"]
    lines += [f"ngram {order}={len(level)}" for order, level in enumerate(levels, 1)]
    for order, level in enumerate(levels, 1):
        lines += ["", f"\\{order}-grams:"]
        for gram in sorted(level):
            line = f"{level[gram]:.4f}\t{' '.join(gram)}"
            lines.append(f"{line}\t{backoffs[gram]:.4f}" if gram in backoffs else line)
    return "\n".join([*lines, "", "\\end\\", ""])
