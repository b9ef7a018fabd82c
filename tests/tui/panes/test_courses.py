"""Metrics, rates and the course of every layer: what they show of a run, and of several."""

from __future__ import annotations

import math

import msgspec
import pytest

from nntui.measurements import Evaluation, Histogram, Measurement
from nntui.optim.schedules import Constant
from nntui.tui.panes import course, metrics, rates
from nntui.tui.view import Other, Ways
from panes.made import ASCII, PLAIN, TANH, bell, deep, falling, history, layer, measurement, text, towers, view


def measured(*steps: int, network=TANH, **values) -> list[Measurement]:  # type: ignore[no-untyped-def]
    return [msgspec.structs.replace(measurement(network, **values), step=step) for step in steps]


class TestMetrics:
    def test_the_newest_values_stand_in_the_title_and_the_best_below(self) -> None:
        shown = view(history=history(falling()))
        assert metrics.title(shown).startswith("metrics  accuracy") and "val accuracy" in metrics.title(shown)
        assert metrics.subtitle(shown).startswith("best accuracy") and metrics.subtitle(shown).endswith("epoch 10")
        assert metrics.title(view(history=history(falling()), ways=Ways(at=40))) != metrics.title(shown)

    def test_an_accuracy_has_an_axis_from_0_to_1_and_an_error_one_of_its_own(self) -> None:
        drawn = text(metrics.lines(view(history=history(falling())), 60, 14, PLAIN)).splitlines()
        ticks = {float(line.partition("┤")[0]) for line in drawn if "┤" in line}
        assert min(ticks) == 0.0 and max(ticks) == 1.0
        records = [Evaluation(step, float(step), "train", 1.0, {"r2": -2.0 + step}) for step in range(4)]
        drawn = text(metrics.lines(view(history=history(*records)), 60, 14, PLAIN)).splitlines()
        assert any("-2" in line for line in drawn)

    def test_another_run_lies_over_it_by_name(self) -> None:
        other = Other("wide", history(falling()), 1)
        assert "wide" in text(metrics.lines(view(history=history(falling()), others=(other,)), 60, 14, PLAIN))
        assert "wide" in text(metrics.lines(view(others=(other,)), 60, 14, PLAIN))

    def test_without_evaluations_it_says_what_brings_them(self) -> None:
        assert "space trains" in text(metrics.lines(view(), 60, 5, PLAIN))
        assert "Nothing is judged here" in text(metrics.lines(view(history=history()), 60, 5, PLAIN))


class TestRates:
    def test_rate_and_momentum_follow_the_schedule(self) -> None:
        shown = view(history=history(falling()))
        assert "rate 0.0100" in rates.title(shown) and "momentum" in rates.title(shown)
        plain = msgspec.structs.replace(shown.experiment, schedule=Constant())
        from dataclasses import replace

        assert "momentum 0.9" in rates.title(replace(shown, experiment=plain)), "Adam's beta1 where no schedule moves it"

    def test_the_longest_gradients_are_not_lost_in_a_long_run(self) -> None:
        windows = falling(5000)
        calm = text(rates.lines(view(history=history(windows)), 60, 20, PLAIN))
        at = next(index for index, one in enumerate(windows) if getattr(one, "last", 0) == 2501)
        windows[at] = msgspec.structs.replace(windows[at], gradient_norm_max=500.0)
        assert text(rates.lines(view(history=history(windows)), 60, 20, PLAIN)) != calm

    def test_a_small_pane_has_the_rate_only(self) -> None:
        assert "gradient norm" in text(rates.lines(view(history=history(falling())), 60, 14, PLAIN))
        assert "gradient norm" not in text(rates.lines(view(history=history(falling())), 60, 11, PLAIN))

    def test_clipping_is_told(self) -> None:
        clipped = [msgspec.structs.replace(one, clipped=1) if hasattr(one, "clipped") else one for one in falling(100)]
        assert rates.subtitle(view(history=history(clipped))) == "100 % of the steps were clipped"
        assert rates.subtitle(view(history=history(falling()))) == ""


class TestCourse:
    def test_a_signal_that_fades_is_lighter_towards_the_input(self) -> None:
        shown = view(deep(4), history(falling(), *measured(50, 100, 200, network=deep(4), fall=0.1)))
        drawn = text(course.lines(shown, 60, 14, PLAIN)).splitlines()
        dark = {line.split()[0]: line.count("█") for line in drawn[1:] if line.strip()}
        assert dark["8"] > 0 and dark["0"] == 0, drawn
        assert "δ" in course.title(shown) and course.subtitle(shown) == "3 moments"

    def test_it_is_empty_before_the_first_measurement_and_after_the_last_step(self) -> None:
        shown = view(history=history(falling(100), *measured(60, 100)), ways=Ways(x_axis="step"))
        first = text(course.lines(shown, 70, 10, PLAIN)).splitlines()[2]
        cells = first[10:]
        assert cells[:2].strip() == "" and cells.strip() != ""

    def test_what_was_no_number_is_marked(self) -> None:
        broken = measured(100, **{"2.dense": {"delta": math.nan}})
        drawn = text(course.lines(view(history=history(falling(), *measured(50), *broken)), 60, 10, PLAIN)).splitlines()
        assert "×" in next(line for line in drawn if line.split()[:1] == ["2"])

    @pytest.mark.parametrize("quantity", ["gradient", "update"])
    def test_layers_without_weights_have_no_row_where_weights_are_shown(self, quantity: str) -> None:
        shown = view(history=history(falling(), *measured(50, 100)), ways=Ways(quantity=quantity))  # type: ignore[arg-type]
        assert {line.split()[1] for line in text(course.lines(shown, 60, 12, PLAIN)).splitlines()[1:] if line.strip()} == {"dense"}

    def test_of_a_hundred_layers_those_around_the_selected_one_are_shown(self) -> None:
        network = deep(50)
        shown = view(network, history(falling(), *measured(50, network=network)), selected="60.dense")
        assert "60 dense" in text(course.lines(shown, 60, 12, PLAIN))
        assert "60 dense" not in text(course.lines(view(network, shown.history, selected="0.dense"), 60, 12, PLAIN))

    def test_a_histogram_over_time_has_its_mass_where_the_outputs_are(self) -> None:
        layers = [(layer("0.dense", histogram=bell()),), (layer("0.dense", histogram=towers()),)]
        moments = [Measurement(step=step, epoch=1.0, layers=one, seconds=0.0) for step, one in zip((20, 120), layers, strict=True)]
        ways = Ways(quantity="histogram", x_axis="step")
        drawn = text(course.lines(view(history=history(falling(), *moments), selected="0.dense", ways=ways), 67, 16, PLAIN)).splitlines()
        early, late = ([line.ljust(67)[7 + column] for line in drawn] for column in (10, 50))
        assert max(early) == early[7] and early[0] == " ", "a bell: most in the middle of -4 to 4"
        assert [row for row, cell in enumerate(late) if cell == "█"] == [6, 9], "two towers at -1 and 1"
        assert "histogram of 0.dense" in course.title(view(selected="0.dense", ways=ways))

    def test_the_cursor_stands_in_every_row(self) -> None:
        shown = view(history=history(falling(), *measured(50, 100)), ways=Ways(at=100))
        assert all("┊" in line for line in text(course.lines(shown, 60, 6, PLAIN)).splitlines()[1:6] if line.strip())
        assert text(course.lines(shown, 60, 6, ASCII)).isascii()

    def test_bins_outside_the_range_count_at_its_ends_and_all_of_them_count(self) -> None:
        found = course._bins(Histogram(-2.0, 2.0, (1, 2, 3, 4)), -1.0, 1.0, 4)
        assert sum(found) == pytest.approx(1.0) and found[-1] > found[0]
