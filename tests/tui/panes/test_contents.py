"""What the panes say: the numbers that were measured, the verdicts on them, and what is wrong, in words."""

from __future__ import annotations

import math

import msgspec
import pytest

from nntui.data.source import Facts
from nntui.errors import DataError, ExperimentError
from nntui.lookup import preset
from nntui.measurements import DataSummary, Evaluation, Event, Measurement, Said, Steps
from nntui.nn.losses import Target
from nntui.tui.draft import judge
from nntui.tui.panes import activations, answers, boundary, flow, loss, network, run
from nntui.tui.view import View, Ways
from panes.made import (
    ASCII,
    COLOUR,
    PLAIN,
    RESIDUAL,
    TANH,
    deep,
    falling,
    healthy,
    history,
    layer,
    measurement,
    planar,
    status,
    surface,
    text,
    view,
)

FACTS = Facts((2,), Target(2), ("inner", "outer"), ("x", "y"), 60)


def row_with(words: str, drawn: str) -> str:
    return next(line for line in drawn.splitlines() if words in line)


class TestNetwork:
    def test_every_layer_has_number_kind_shape_and_parameters(self) -> None:
        drawn = text(network.lines(view(), 40, 14, PLAIN))
        assert row_with(" 2 dense", drawn).split() == ["2", "dense", "8", "8", "72"]
        assert row_with(" 1 tanh", drawn).split() == ["1", "tanh", "8"]
        assert "114 parameters, 0.5 kB" in drawn

    def test_what_else_decides_a_run_has_a_row_each(self) -> None:
        drawn = text(network.lines(view(), 50, 16, PLAIN))
        assert row_with("input", drawn).split() == ["input", "spiral", "2"]
        assert row_with("optimizer", drawn).split() == ["optimizer", "adam", "0.01"]
        assert row_with("schedule", drawn).split() == ["schedule", "one_cycle"]
        assert row_with("penalty", drawn).split() == ["penalty", "none"]
        assert "50 epochs, batch 10, clip norm 1" in row_with("training", drawn)
        assert "seed 0, auto" in row_with("setup", drawn)
        assert "program" not in drawn, "learning from examples needs no mention"

    def test_the_selected_row_is_marked_whatever_it_is(self) -> None:
        for name in ("input", "loss", "optimizer", "setup"):
            for height in (16, 6):
                drawn = text(network.lines(view(selected=name), 44, height, PLAIN))
                assert ("cross_entropy" if name == "loss" else name) in row_with("▸", drawn)

    def test_a_gan_reads_random_numbers_and_says_what_it_is(self) -> None:
        experiment = preset("gan-ring").experiment
        verdict = judge(experiment)
        shown = View(experiment, verdict.plan, facts=verdict.facts)
        drawn = text(network.lines(shown, 60, 20, PLAIN))
        assert row_with("input", drawn).split() == ["input", "latent,", "data", "ring", "2"]
        assert "binary_cross_entropy on 2 classes" in drawn
        assert "gan, discriminator of 5 layers, latent 2" in row_with("program", drawn)

    def test_layers_inside_a_container_are_indented_and_numbered_within_it(self) -> None:
        drawn = text(network.lines(view(RESIDUAL), 44, 16, PLAIN))
        assert row_with("skip", drawn).split() == ["2", "skip", "16"]
        assert row_with("batch_norm", drawn).startswith("     1 batch_norm")

    def test_hyper_parameters_are_shown_if_they_say_something(self) -> None:
        drawn = text(network.lines(view(RESIDUAL), 44, 16, PLAIN))
        assert "dropout 0.2" in drawn
        assert "dense 2 no bias" in drawn

    def test_marks_follow_the_newest_measurement(self) -> None:
        measured = measurement(TANH, **{"3.tanh": {"saturated": 0.7}})
        shown = view(history=history(measurement(TANH), measured))
        drawn = text(network.lines(shown, 36, 10, PLAIN))
        assert row_with("3 tanh", drawn).endswith("▲")
        assert row_with("1 tanh", drawn).endswith("●")
        assert network.subtitle(shown) == "layer 3 (tanh) is 70 % saturated"

    def test_a_layer_that_doesnt_fit_says_why_under_its_own_line_and_layers_after_it_have_no_shape(self) -> None:
        shown = view([TANH[0], {"layer": "reshape", "shape": [3]}, TANH[1]])
        drawn = text(network.lines(shown, 60, 12, PLAIN)).splitlines()
        at = next(index for index, line in enumerate(drawn) if "1 reshape" in line)
        assert drawn[at].endswith("×")
        assert drawn[at + 1].strip().startswith("reshape can't make [3] of (8,)")
        assert "?" in drawn[at + 2]
        assert network.subtitle(shown) == str(shown.problem)

    def test_a_loss_that_doesnt_suit_the_network_says_so_at_the_loss(self) -> None:
        shown = view(problem=ExperimentError("loss.kind: cross_entropy needs one output per class, 3 here"), facts=FACTS)
        drawn = text(network.lines(shown, 70, 14, PLAIN)).splitlines()
        at = next(index for index, line in enumerate(drawn) if "cross_entropy on 2 classes" in line)
        assert "needs one output per class" in drawn[at + 1]

    def test_data_that_cant_be_read_says_so_at_the_input(self) -> None:
        drawn = text(network.lines(view((), problem=DataError("f.csv: no such file")), 40, 8, PLAIN)).splitlines()
        assert drawn[drawn.index(next(line for line in drawn if "input" in line)) + 1].strip() == "f.csv: no such file"

    @pytest.mark.parametrize("selected", ["0.dense", "37.sigmoid", "100.dense"])
    @pytest.mark.parametrize("height", [3, 8, 15])
    def test_the_selected_layer_is_in_sight_however_deep_the_network(self, selected: str, height: int) -> None:
        drawn = text(network.lines(view(deep(50), selected=selected), 36, height, PLAIN))
        number, kind = selected.split(".")
        assert f"{number} {kind}" in row_with("▸", drawn)

    def test_how_much_is_out_of_sight_is_told(self) -> None:
        drawn = text(network.lines(view(deep(50), selected="40.dense"), 40, 12, PLAIN)).splitlines()
        shown = len(drawn) - 1
        above, below = (int(part[1:]) for part in drawn[0].split() if part[0] in "↑↓")
        assert above + shown + below == 101 + 2 + 5  # layers, input and loss, how it is trained

    def test_the_sentence_on_what_doesnt_fit_is_in_sight_with_the_selected_layer(self) -> None:
        shown = view([*deep(8), {"layer": "reshape", "shape": [3]}], selected="12.dense")
        drawn = text(network.lines(shown, 60, 9, PLAIN))
        assert "▸ 12 dense" in drawn and "2 values are not 3" in drawn


class TestLoss:
    def test_the_title_has_the_newest_losses_in_a_fixed_width(self) -> None:
        assert loss.title(view()) == "loss"
        records = falling()
        assert loss.title(view(history=history(records))) == "loss  train 0.0349  val 0.0384"
        tiny = [Steps(201, 201, 10.0, 1.0, 1.2e-9, 1e-9, 1e-9, 1.0, 1.0, 0, 0.1)]
        assert len(loss.title(view(history=history(records, tiny)))) == len("loss  train 0.0349  val 0.0384")

    def test_the_axis_is_logarithmic_only_if_the_losses_span_more_than_a_factor_of_ten(self) -> None:
        assert "log" in text(loss.lines(view(history=history(falling())), 60, 12, PLAIN)).splitlines()[0]
        near = [Steps(i, i, i / 10, 0.0, 0.5 + 0.001 * i, 0.4, 0.8, 1.0, 1.0, 0, 0.1) for i in range(1, 50)]
        assert "log" not in text(loss.lines(view(history=history(near)), 60, 12, PLAIN)).splitlines()[0]

    def test_steps_without_a_number_are_marked_on_the_axis(self) -> None:
        shown = view(history=history(falling(broken_from=120)))
        marked = text(loss.lines(shown, 60, 12, PLAIN)).splitlines()[-2]
        assert marked.count("×") > 10
        assert loss.subtitle(shown) == "no longer a number since step 120"
        assert "x" in text(loss.lines(shown, 60, 12, ASCII)).splitlines()[-2]

    def test_a_single_spike_among_thousands_of_steps_is_seen(self) -> None:
        steps = [Steps(i, i, i / 100, 0.0, 1.0, 0.9, 1.1, 1.0, 1.0, 0, 0.1) for i in range(1, 4001)]
        calm = text(loss.lines(view(history=history(steps)), 60, 14, PLAIN))
        steps[1234] = msgspec.structs.replace(steps[1234], loss_max=5.0)
        spiky = text(loss.lines(view(history=history(steps)), 60, 14, PLAIN)).splitlines()
        strokes = {line.index("⡂") for line in spiky[2:8] if "⡂" in line}
        assert len(strokes) == 1
        assert spiky != calm.splitlines()

    def test_the_loss_of_guessing_is_a_line_if_it_is_known(self) -> None:
        assert "┈ guessing" in text(loss.lines(view(history=history(falling()), facts=FACTS), 60, 12, PLAIN))
        assert "guessing" not in text(loss.lines(view(history=history(falling())), 60, 12, PLAIN))
        assert "0.6931" in text(loss.lines(view(facts=FACTS), 60, 12, PLAIN))

    def test_x_counts_epochs_or_steps(self) -> None:
        by_epoch = text(loss.lines(view(history=history(falling())), 60, 12, PLAIN)).splitlines()[-1]
        by_step = text(loss.lines(view(history=history(falling()), ways=Ways(x_axis="step")), 60, 12, PLAIN)).splitlines()[-1]
        assert by_epoch.split()[-1] == "epoch" and "10" not in by_epoch.split()[:1]
        assert by_step.split()[0] == "0" and "100" in by_step and by_step.split()[-1] == "step"

    def test_lines_drawn_while_the_run_goes_on_are_those_of_the_whole_history(self) -> None:
        records = falling(200)
        live = history()
        shown = view(history=live)
        for start in range(0, len(records), 17):
            live.extend(records[start : start + 17])
            drawn = text(loss.lines(shown, 60, 12, PLAIN))
        assert drawn == text(loss.lines(view(history=history(records)), 60, 12, PLAIN))

    def test_a_run_that_was_rewound_is_drawn_anew(self) -> None:
        live = history(falling(200))
        shown = view(history=live)
        loss.lines(shown, 60, 12, PLAIN)
        live.clear()
        live.extend(falling(100))
        assert text(loss.lines(shown, 60, 12, PLAIN)) == text(loss.lines(view(history=history(falling(100))), 60, 12, PLAIN))


class TestFlow:
    def test_only_layers_with_weights_have_a_line(self) -> None:
        drawn = text(flow.lines(view(history=healthy()), 50, 8, PLAIN))
        assert "0 dense" in drawn and "tanh" not in drawn

    def test_numbers_are_powers_of_ten(self) -> None:
        drawn = text(flow.lines(view(history=healthy()), 50, 8, PLAIN))
        assert row_with("0 dense", drawn).split()[-4:] == ["-2.0", "-1.1", "-3.0", "●"]

    def test_a_dying_signal_is_told_in_words_and_its_bars_shrink(self) -> None:
        shown = view(deep(4), history(measurement(deep(4), fall=0.03)))
        assert flow.subtitle(shown).startswith("the signal dies: ")
        drawn = text(flow.lines(shown, 48, 8, PLAIN))
        lengths = [row_with(f"{index} dense", drawn).count("█") for index in (0, 2, 4, 6)]
        assert lengths == sorted(lengths) and lengths[-1] >= lengths[0] + 3

    def test_a_hot_layer_is_marked_and_named(self) -> None:
        measured = measurement(TANH, **{"2.dense": {"update_ratio": 0.3}})
        assert row_with("2 dense", text(flow.lines(view(history=history(measured)), 60, 8, PLAIN))).endswith("▲ hot")

    def test_all_layers_of_a_deep_network_are_seen_at_once_above_the_lines(self) -> None:
        drawn = text(flow.lines(view(deep(50), history(measurement(deep(50), fall=0.9))), 80, 14, PLAIN)).splitlines()
        assert drawn[2].startswith("all 51")
        assert len(drawn[2].split(maxsplit=2)[2]) == 51

    def test_zero_infinite_and_missing_values_have_names(self) -> None:
        layers = [layer("0.dense", delta=0.0), layer("1.dense", gradient_norm=math.inf), layer("2.dense", update_ratio=math.nan)]
        drawn = text(flow.lines(view(history=history(Measurement(1, 0.0, tuple(layers), 0.0))), 50, 8, PLAIN))
        assert "zero" in row_with("0 dense", drawn)
        assert "inf" in row_with("1 dense", drawn)
        assert "-" in row_with("2 dense", drawn).split()


class TestActivations:
    def test_mean_spread_and_the_flat_share_are_told(self) -> None:
        drawn = text(activations.lines(view(history=healthy()), 70, 7, PLAIN))
        assert row_with("1 tanh", drawn).split()[-7:] == ["0.0200", "0.6300", "0", "%", "sat", "2.0", "%"]

    def test_relu_tells_zeros_and_dead_units(self) -> None:
        relu = deep(1, "relu")
        drawn = text(activations.lines(view(relu, history(measurement(relu, **{"1.relu": {"dead": 0.62}}))), 70, 5, PLAIN))
        assert row_with("1 relu", drawn).split()[-5:] == ["50", "%", "dead", "62", "%"]

    def test_a_histogram_has_the_shape_of_the_values(self) -> None:
        shown = view(history=healthy())
        words = row_with("0 dense", text(activations.lines(shown, 60, 7, PLAIN))).split()
        drawn = next(word for word in words if word[0] in "▁▂▃▄▅▆▇█")
        assert drawn == drawn[::-1]
        assert drawn[len(drawn) // 2] == "▇"

    def test_a_common_range_shows_which_layer_is_wider(self) -> None:
        narrow = msgspec.structs.replace(layer("1.dense").histogram, low=-0.4, high=0.4)
        measured = Measurement(1, 0.0, (layer("0.dense"), layer("1.dense", histogram=narrow)), 0.0)
        drawn = text(activations.lines(view(history=history(measured), ways=Ways(histogram_range="common")), 60, 4, PLAIN))
        bars = [sum(cell in "▁▂▃▄▅▆▇█" for cell in row_with(f"{index} dense", drawn)) for index in (0, 1)]
        assert bars[1] < bars[0] / 3

    def test_more_height_makes_taller_histograms(self) -> None:
        def blocks(height: int) -> int:
            return sum(cell in "▁▂▃▄▅▆▇█" for cell in text(activations.lines(view(history=healthy()), 60, height, PLAIN)))

        assert blocks(16) > 1.5 * blocks(6)


class TestBoundary:
    def test_the_field_shows_the_answers_and_the_points_their_classes(self) -> None:
        drawn = text(boundary.lines(view(history=healthy()), 40, 12, ASCII)).splitlines()
        assert drawn[0].strip("ox ")[0] in " .:" and drawn[0].rstrip()[-1] == "#"
        assert "o inner" in drawn[-1] and "x outer" in drawn[-1]
        assert any("o" in line for line in drawn[:-1]) and any("x" in line for line in drawn[:-1])

    def test_with_colour_every_cell_of_the_field_has_the_colour_of_its_answer(self) -> None:
        strips = boundary.lines(view(history=history(planar(0), surface())), 34, 10, COLOUR)
        colours = [segment.style.bgcolor for segment in strips[0] if segment.style is not None]
        assert colours[0] == COLOUR.ramp[0] and colours[-1] == COLOUR.ramp[-1]

    def test_before_training_the_points_are_there_already(self) -> None:
        drawn = text(boundary.lines(view(data=planar()), 40, 12, PLAIN))
        assert drawn.count("○") > 10 and drawn.count("×") > 10

    def test_many_points_are_thinned_without_losing_a_class(self) -> None:
        # Labels that alternate with an even period would vanish under a regular thinning.
        points = tuple((math.sin(i), math.cos(1.7 * i), float(i % 2), True) for i in range(500))
        drawn = text(boundary.lines(view(data=msgspec.structs.replace(planar(), points=points)), 24, 8, PLAIN))
        assert drawn.count("○") > 8 and drawn.count("×") > 8

    def test_answers_that_are_no_numbers_are_said_to_be(self) -> None:
        shown = view(history=history(planar(), surface(2, 2, [math.nan] * 4)))
        assert boundary.subtitle(shown) == "the answers are no longer numbers"

    def test_the_subtitle_is_the_newest_metric(self) -> None:
        assert boundary.subtitle(view(history=history(falling()))) == "validation accuracy 97.6 %"
        fit = Evaluation(3, 1.0, "train", 0.1, {"r2": 0.8123})
        assert boundary.subtitle(view(history=history(fit))) == "train r2 0.8123"

    def test_data_without_a_plane_shows_the_results_in_numbers_and_says_why(self) -> None:
        shown = view(history=history(DataSummary((64,), tuple("0123456789"), (), 1437, 360), falling()))
        drawn = text(boundary.lines(shown, 50, 14, PLAIN))
        assert boundary.title(shown) == "answers"
        assert row_with("train", drawn).split() == ["train", "1,437", "98", "%", "0.0349"]
        assert "64 inputs: there is no plane" in " ".join(drawn.split())
        assert answers.answers(shown, 50, 14, PLAIN)

    def test_what_a_language_model_says_stands_below_the_results(self) -> None:
        said = [Said(0, "the ", "qzx", 1.0, 0), Said(120, "the ", "dogs that a child\nsees run .", 0.5, 5)]
        shown = view(history=history(DataSummary((64,), tuple("abcdefgh"), (), 1437, 360), falling(), said))
        drawn = text(boundary.lines(shown, 50, 14, PLAIN))
        assert "the dogs that a child sees run ." in drawn and "qzx" not in drawn
        assert row_with("says", drawn).split() == ["says", "at", "step", "120", "temperature", "0.5,", "top", "5"]
        assert "█████" in drawn and "no plane" not in drawn

    def test_the_field_is_drawn_again_when_there_is_a_new_surface(self) -> None:
        live = history(planar(0), surface(2, 2, [0.0] * 4))
        shown = view(history=live)
        before = text(boundary.lines(shown, 20, 6, ASCII))
        live.extend([surface(2, 2, [1.0] * 4)])
        assert text(boundary.lines(shown, 20, 6, ASCII)) != before


class TestRun:
    def test_state_progress_speed_and_cost_are_told(self) -> None:
        drawn = text(run.lines(view(history=healthy()), 70, 12, PLAIN))
        assert "● training" in drawn and "epoch 10/50" in drawn and "20 %" in drawn
        assert "400 steps/s" in drawn and "31.2k examples/s" in drawn
        assert row_with("measuring", drawn).split() == ["measuring", "1.4", "%", "of", "time"]
        assert row_with("time  ", drawn).split()[:5] == ["time", "1m12s", "2.0s", "left", "step"]

    def test_the_best_evaluation_is_the_one_with_the_least_validation_loss(self) -> None:
        found = [Evaluation(i, float(i), "validation", value, {"accuracy": 0.9}) for i, value in enumerate((0.5, 0.2, math.nan, 0.4))]
        assert row_with("best loss", text(run.lines(view(history=history(found)), 70, 12, PLAIN))).split()[2:] == [
            "0.2000", "accuracy", "90", "%", "epoch", "1", "validation",
        ]  # fmt: skip

    def test_a_device_is_told_with_how_full_and_how_busy_it_is(self) -> None:
        used = {"backend": "cupy", "device": "NVIDIA H200", "device_memory": 1.26e9, "device_total": 150e9}
        drawn = text(run.lines(view(history=history(**used, device_busy=0.43)), 70, 14, PLAIN))
        assert row_with("device", drawn).split() == ["device", "NVIDIA", "H200,", "1.3", "of", "150", "GB,", "43", "%", "busy"]
        assert "busy" not in text(run.lines(view(history=history(**used)), 70, 14, PLAIN))
        assert "device" not in text(run.lines(view(history=history()), 70, 14, PLAIN))

    def test_what_happened_is_listed_newest_first(self) -> None:
        live = history(Event(0, "started", "started"), Event(900, "learning_rate", "learning rate set to 0.003"))
        drawn = text(run.lines(view(history=live), 50, 14, PLAIN)).splitlines()
        assert [line.split()[0] for line in drawn[drawn.index(" events") + 1 :] if line] == ["900", "0"]

    def test_the_schedule_is_drawn_as_it_will_go(self) -> None:
        course = row_with("rate", text(run.lines(view(history=healthy()), 70, 12, PLAIN))).split()[-1]
        top = course.index("█")
        assert list(course[:top]) == sorted(course[:top]) and course[-1] == "▁"

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("paused", "paused"),
            ("finished", "finished"),
            ("stopped", "can be continued"),
            ("killed", "its process is gone"),
            ("diverged", "diverged"),
        ],
    )
    def test_every_state_has_its_words_and_nothing_is_left_to_wait_for(self, state: str, words: str) -> None:
        live = history(**{"state": state, "message": "because of that"})
        drawn = text(run.lines(view(history=live), 60, 12, PLAIN))
        assert words in drawn and "because of that" in drawn and "left" not in drawn
        assert words in run.subtitle(view(history=live))

    def test_before_a_run_the_experiment_tells_its_story(self) -> None:
        drawn = text(run.lines(view(), 50, 9, PLAIN))
        assert "Spiral" in drawn and "Watch delta shrink" in " ".join(drawn.split())
        assert row_with("data", drawn).split() == ["data", "spiral"]

    def test_a_status_without_totals_is_no_error(self) -> None:
        live = history()
        live.note(status(total_steps=0, epochs=0, steps_per_second=0.0))
        assert "step 200" in text(run.lines(view(history=live), 50, 9, PLAIN))


def test_time_and_speed_of_a_paced_run_are_by_the_clock() -> None:
    paced = history(falling(), step=1000, seconds=0.5, rested=9.5, pace=100.0, steps_per_second=100.0)
    drawn = text(run.lines(view(history=paced), 70, 12, COLOUR))
    assert "100 steps/s" in drawn and "held to a pace" in drawn
    assert " 10s " in drawn and "computing 0.5s of it" in drawn
    stopped = history(falling(), state="stopped", step=1000, seconds=0.5, rested=9.5)
    assert "100 steps/s on average" in text(run.lines(view(history=stopped), 70, 12, COLOUR))


def test_time_of_a_run_at_full_speed_is_told_once() -> None:
    assert "computing" not in text(run.lines(view(history=history(falling(), seconds=10.0, rested=0.1)), 70, 12, COLOUR))
