"""A caption that was revised, as it is stored: its newest revision, and how it came about."""

from dataclasses import dataclass, replace
from typing import Self

from broadcaster.model.caption import Caption
from broadcaster.model.records.json_form import JsonForm

KEPT_IDS = 8
"""Ids of the newest revisions that are remembered, so that one that is sent again is recognised."""


@dataclass(frozen=True, slots=True)
class RevisedCaption(JsonForm):
    """A final caption with its newest revision.

    Attributes:
        caption: its newest revision, with its text even while it is hidden.
        said: its text as it was said.
        ids: of its newest revisions, the last one last.
    """

    caption: Caption
    said: str
    ids: tuple[str, ...] = ()

    def revised(self, revision_id: str, *, text: str | None, hidden: bool | None) -> Self:
        """The caption with another revision; itself if that would change nothing.

        Args:
            revision_id: of the new revision.
            text: the new text; None for the one that it has.
            hidden: whether it is hidden; None leaves that as it is.
        """
        before = self.caption
        new_text = before.text if text is None else text
        new_hidden = before.hidden if hidden is None else hidden
        if (new_text, new_hidden) == (before.text, before.hidden):
            return self
        caption = replace(
            before,
            text=new_text,
            hidden=new_hidden,
            revision=before.revision + 1,
            revision_id=revision_id,
            corrected=new_text != self.said,
        )
        return replace(self, caption=caption, ids=(*self.ids, revision_id)[-KEPT_IDS:])

    def shown(self) -> Caption:
        """The newest revision as the caption stream has it: a hidden one has no text."""
        return replace(self.caption, text="") if self.caption.hidden else self.caption
