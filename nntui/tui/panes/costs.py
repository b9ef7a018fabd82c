"""What layers cost and how far they see, in words: for the network's pane and the command line."""

from __future__ import annotations

from functools import lru_cache

from nntui.nn.costs import Cost, costs
from nntui.nn.plan import Plan


def of(plan: Plan) -> dict[str, Cost]:
    """The costs of a plan by path; worked out once for each that is shown."""
    return _known(_Same(plan))


def sees(cost: Cost, times: str = "x") -> str:
    """The receptive field: "5x5", "12"; "all" where every cell sees everything; nothing for what is no image or sequence."""
    if not cost.field:
        return ""
    if all(field.jump == 0 for field in cost.field):
        return "all"
    return times.join(str(field.size) for field in cost.field)


class _Same:
    """A plan that is equal only to itself: comparing a hundred layers would cost more than what is kept."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __hash__(self) -> int:
        return id(self.plan)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.plan is self.plan


@lru_cache(maxsize=2)
def _known(same: _Same) -> dict[str, Cost]:
    return costs(same.plan)
