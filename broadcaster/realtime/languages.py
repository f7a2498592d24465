"""Languages of a provider, and the tag by which it is told one of them."""

from dataclasses import dataclass


def endpoint_language(tag: str) -> str:
    """The language of a tag, ISO 639-1 without region: `pt-BR` → `pt`."""
    return tag.replace("_", "-").split("-")[0].lower()


@dataclass(frozen=True, slots=True)
class OfferedLanguages:
    """Languages that a provider's continuous interpreter is documented to give out.

    Attributes:
        spoken: tags of those it speaks and writes, in the provider's own spelling. A tag with a
            region or a script (`pt-BR`) is a voice or a spelling of its own.
        written: tags of those it only writes.
    """

    spoken: tuple[str, ...]
    written: tuple[str, ...] = ()

    def spoken_tag(self, tag: str) -> str | None:
        """The provider's tag for a channel that it speaks, None if it does not."""
        return _best(tag, self.spoken)

    def written_tag(self, tag: str) -> str | None:
        """The provider's tag for a channel that it only writes, None if it speaks it or cannot."""
        return None if self.spoken_tag(tag) else _best(tag, self.written)

    def sent_tag(self, tag: str) -> str:
        """The tag that is sent for a channel. One that is not offered is sent without region."""
        return self.spoken_tag(tag) or self.written_tag(tag) or endpoint_language(tag)


def _best(tag: str, offered: tuple[str, ...]) -> str | None:
    """Look a tag up (RFC 4647 section 3.4); then take the first of the same language."""
    by_name = {one.lower(): one for one in offered}
    parts = tag.replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        if found := by_name.get("-".join(parts[:length])):
            return found
    same = (one for one in offered if endpoint_language(one) == parts[0])
    return next(same, None)
