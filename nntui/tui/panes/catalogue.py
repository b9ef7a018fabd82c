"""Every pane there is, by id. A new pane is one module and one row here."""

from __future__ import annotations

from nntui.tui.panes import activations, boundary, course, findings, flow, loss, metrics, network, rates, run, units
from nntui.tui.panes.pane import Pane

PANES: dict[str, Pane] = {
    "network": network,
    "loss": loss,
    "flow": flow,
    "activations": activations,
    "boundary": boundary,
    "run": run,
    "findings": findings,
    "metrics": metrics,
    "rates": rates,
    "course": course,
    "units": units,
}
"""In the order of their keys."""
