"""The view of a bench, made anew only when something in it has changed."""

from __future__ import annotations

from nntui.measurements import DataSummary
from nntui.runs.history import History
from nntui.tui.consultation import Findings
from nntui.tui.draft import Draft
from nntui.tui.view import Other, View, Ways


class Seen:
    """Remembers the last view and what it was made of."""

    def __init__(self) -> None:
        self._view: View | None = None
        self._made_of: tuple[object, ...] = ()

    def view(
        self,
        draft: Draft,
        history: History | None,
        data: DataSummary | None,
        live: bool,
        ways: Ways,
        others: tuple[Other, ...],
        findings: Findings,
    ) -> View:
        """The same object for the same things."""
        parts = (draft.verdict, history, data, draft.path, live, ways, others, findings)
        if self._view is None or any(new is not old and new != old for new, old in zip(parts, self._made_of, strict=True)):
            self._made_of = parts
            self._view = View(
                experiment=draft.experiment,
                plan=draft.verdict.plan,
                problem=draft.verdict.problem,
                facts=draft.verdict.facts,
                history=history,
                data=data,
                selected=draft.path,
                running=live,
                ways=ways,
                others=others,
                findings=findings,
            )
        return self._view
