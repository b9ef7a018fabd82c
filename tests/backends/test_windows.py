"""Which inputs a window sees, and which windows see an input: the arithmetic that everything that slides stands on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nntui.backends.windows import Axis, Window

axes = st.builds(
    Axis, st.integers(1, 9), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(-1, 4), st.integers(-1, 4)
).filter(lambda axis: axis.output > 0)


def seen(axis: Axis) -> set[tuple[int, int, int]]:
    """(output, tap, input), counted out."""
    taps = ((j, tap, j * axis.stride + tap * axis.dilation - axis.before) for j in range(axis.output) for tap in range(axis.kernel))
    return {(j, tap, k) for j, tap, k in taps if 0 <= k < axis.size}


@given(axes)
def test_the_last_window_fits_and_one_more_would_not(axis: Axis) -> None:
    end = axis.size + axis.before + axis.after
    assert (axis.output - 1) * axis.stride + axis.span <= end < axis.output * axis.stride + axis.span


@given(axes)
def test_covered_pairs_every_output_with_its_input_at_a_tap(axis: Axis) -> None:
    found = set()
    for tap in range(axis.kernel):
        outputs, inputs = axis.covered(tap)
        pairs = zip(range(axis.output)[outputs], range(axis.size)[inputs], strict=True)
        found |= {(j, tap, k) for j, k in pairs}
    assert found == seen(axis)


@given(axes)
def test_the_adjoints_see_the_same_pairs_from_the_other_side(axis: Axis) -> None:
    found, everywhere = set(), []
    for inputs, taps, adjoint in axis.adjoints():
        places = range(axis.size)[inputs]
        everywhere += places
        if adjoint is not None:
            assert adjoint.output == len(places)
            backwards = range(axis.kernel)[taps][::-1]
            found |= {(j, backwards[tap], places[u]) for u, tap, j in seen(adjoint)}
    assert found == seen(axis)
    assert sorted(everywhere) == list(range(axis.size))


def test_a_window_of_single_cells_is_pointwise_and_others_are_not() -> None:
    assert Window(Axis(5), Axis(7)).pointwise
    assert not Window(Axis(5), Axis(7, stride=2)).pointwise
    assert not Window(Axis(5), Axis(7, before=1)).pointwise
    assert not Window(Axis(5, 3, before=1, after=1), Axis(7)).pointwise
