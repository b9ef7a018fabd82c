import numpy as np
import pytest

from nntui.data.catalogue import BY_TAG
from nntui.data.features import FEATURES, expand
from nntui.data.preparation import Raw, prepare
from nntui.errors import DataError

PLANAR = ["circle", "spiral", "reg_gauss", "moons", "cs231n_spiral"]


def test_features_are_the_named_functions_of_x_and_y():
    x, y = 1.5, -2.0
    np.testing.assert_allclose(expand(np.array([[x, y]]), FEATURES)[0], [x, y, x * x, y * y, x * y, np.sin(x), np.sin(y)])


def test_features_come_in_the_order_they_were_asked_for():
    data = BY_TAG["circle"](features=("y^2", "x")).load(0)
    assert data.facts.features == ("y^2", "x")
    np.testing.assert_allclose(data.train.X, np.c_[data.plane.train[:, 1] ** 2, data.plane.train[:, 0]], rtol=1e-6)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (("x2",), r"no feature 'x2' \(did you mean 'x\^2'\?\); there are x, y, x\^2, y\^2, xy, sin x, sin y"),
        (("radius",), r"no feature 'radius'; there are x, y"),
        (("x", "y", "x"), "'x' is there twice"),
    ],
)
def test_a_feature_that_does_not_exist_or_comes_twice_is_refused(features, message):
    with pytest.raises(DataError, match=message):
        BY_TAG["circle"](features=features).facts()


@pytest.mark.parametrize("tag", PLANAR)
@pytest.mark.parametrize("scale", ["none", "standardize", "minmax"])
def test_the_plane_turns_points_into_inputs_exactly_as_the_data_was(tag, scale):
    data = BY_TAG[tag](features=FEATURES, scale=scale).load(3)
    np.testing.assert_array_equal(data.plane.inputs(data.plane.train), data.train.X)
    np.testing.assert_array_equal(data.plane.inputs(data.plane.validation), data.validation.X)
    assert data.plane.inputs(np.zeros((5, 2), dtype=np.float32)).dtype == np.float32


@pytest.mark.parametrize("tag", ["moons", "circles", "cs231n_spiral"])
def test_the_drawing_has_room_for_all_points_and_a_margin(tag):
    plane = BY_TAG[tag]().load(0).plane
    points = np.concatenate([plane.train, plane.validation])
    extent = np.ptp(points, axis=0)
    np.testing.assert_allclose(points.min(axis=0) - plane.low, 0.1 * extent)
    np.testing.assert_allclose(plane.high - points.max(axis=0), 0.1 * extent)


def test_points_on_a_line_have_a_drawing_that_is_not_flat():
    source = BY_TAG["moons"](validation=0.0)
    raw = Raw(np.array([[0.0, 3.0], [1.0, 3.0]]), np.array([0, 1]))
    plane = prepare(source, source.facts(), raw, 0).plane
    assert plane.low[1] < 3.0 < plane.high[1]


def test_labels_stay_with_their_examples():
    data = BY_TAG["xor"](validation=0.4).load(9)
    for part in (data.train, data.validation):
        assert (part.y == (part.X[:, 0] * part.X[:, 1] >= 0.0)).all()


def test_only_planar_data_have_a_plane():
    assert BY_TAG["iris"]().load(0).plane is None


@pytest.mark.parametrize("X, y", [(np.array([[1e300], [1.0]]), np.zeros((2, 1))), (np.ones((2, 1)), np.array([[1e300], [1.0]]))])
def test_numbers_that_single_precision_cannot_hold_are_refused(X, y):
    source = BY_TAG["diabetes"]()
    with pytest.raises(DataError, match="too large for single precision"):
        prepare(source, source.facts(), Raw(X, y), 0)


def test_a_limit_shortens_the_training_part_alone() -> None:
    whole, limited = BY_TAG["iris"]().load(0), BY_TAG["iris"](limit=30).load(0)
    assert len(limited.train) == 30
    assert whole.validation is not None and limited.validation is not None
    assert len(limited.validation) == len(whole.validation)
    assert np.array_equal(limited.train.X, whole.train.X[:30])


def test_some_digits_alone_are_classes_of_their_own() -> None:
    data = BY_TAG["digits"](only=(7, 3)).load(0)
    assert data.facts.classes == ("7", "3")
    assert data.facts.examples == len(data.train) + len(data.validation or ()) == 179 + 183
    assert set(data.train.y.tolist()) == {0, 1}


@pytest.mark.parametrize("only", [(3,), (3, 3)])
def test_fewer_than_two_digits_are_nothing_to_tell_apart(only: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match=r"data.only: expected at least two different digits"):
        BY_TAG["digits"](only=only).facts()
