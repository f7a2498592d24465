"""Function words of a language, by their effect on line breaks."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class FunctionWords:
    """The function words of a language, in lower case, separated by spaces.

    Attributes:
        conjunctions: begin a clause. A line may well break before them.
        prepositions: begin a phrase. A line may well break before them, but not after them.
        articles: words that belong to the next word, also possessives, classifiers and negations.
        pronouns: other words that often begin a sentence.
        trailing: words that belong to the previous word: postpositions and particles.
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
        """Words that belong to the previous one."""
        return frozenset(self.trailing.split())

    @cached_property
    def all(self) -> frozenset[str]:
        """All function words."""
        return self.clause | self.phrase | self.bound | frozenset(self.pronouns.split())
