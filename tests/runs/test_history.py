"""What a viewer remembers of a run."""

from __future__ import annotations

from run_records import measurement, steps, surface

from nntui.measurements import Status
from nntui.runs.history import History


def test_its_version_grows_with_every_change_and_only_then() -> None:
    history = History()
    versions = [history.version]
    history.extend([steps(1)])
    versions.append(history.version)
    history.note(Status(state="training"))
    versions.append(history.version)
    history.clear()
    versions.append(history.version)
    assert versions == sorted(set(versions))
    history.note(Status(state="training"))
    history.extend([])
    assert history.version == versions[-1]


def test_its_generation_grows_only_when_something_is_taken_away() -> None:
    history = History()
    history.extend([measurement(1), measurement(2), surface(2)])
    assert history.generation == 0
    history.keep_measurements({2})
    assert (history.generation, [m.step for m in history.measurements]) == (1, [2])
    history.clear()
    assert (history.generation, history.measurement, history.surface) == (2, None, None)


def test_lists_stay_the_same_objects_so_that_panes_may_hold_them() -> None:
    history = History()
    held = history.measurements
    history.extend([measurement(1)])
    history.clear()
    history.extend([measurement(2)])
    history.keep_measurements({2})
    assert held is history.measurements
