"""The small words of a language: what a line break goes well with, and what it must not part."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class FunctionWords:
    """A language's small words, lower case, separated by spaces.

    Attributes:
        conjunctions: begin a clause; a line goes well before them.
        prepositions: begin a phrase; a line goes well before them, and badly after them.
        articles: belong to the next word: articles, possessives, numerals' classifiers, negations.
        pronouns: others that often begin a sentence.
        trailing: belong to the word before: postpositions and particles.
    """

    conjunctions: str = ""
    prepositions: str = ""
    articles: str = ""
    pronouns: str = ""
    trailing: str = ""

    @cached_property
    def clause(self) -> frozenset[str]:
        """Words that begin a clause."""
        return frozenset(self.conjunctions.split())

    @cached_property
    def phrase(self) -> frozenset[str]:
        """Words that begin a phrase."""
        return frozenset(self.prepositions.split())

    @cached_property
    def bound(self) -> frozenset[str]:
        """Words that belong to the next one."""
        return frozenset(self.articles.split())

    @cached_property
    def after(self) -> frozenset[str]:
        """Words that belong to the one before."""
        return frozenset(self.trailing.split())

    @cached_property
    def all(self) -> frozenset[str]:
        """Every small word."""
        return self.clause | self.phrase | self.bound | frozenset(self.pronouns.split())
