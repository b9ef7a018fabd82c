"""What holds of a run now, and what has held: the value that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nntui.diagnosis.finding import Finding
    from nntui.diagnosis.tracker import Closed


@dataclass(frozen=True)
class Diagnosis:
    """Findings of one moment."""

    open: tuple[Finding, ...] = ()
    """Worst first; of equally bad ones, causes before effects."""
    closed: tuple[Closed, ...] = ()
    """Newest first; none of a kind and layer that is open again."""
    step: int = 0
    """The last step that was looked at."""

    @property
    def serious(self) -> tuple[Finding, ...]:
        """Warnings and errors that don't follow from another."""
        return tuple(finding for finding in self.open if finding.badness >= 2 and not finding.follows)
