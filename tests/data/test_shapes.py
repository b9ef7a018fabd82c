import numpy as np
import pytest

from nntui.data.catalogue import BY_TAG
from nntui.data.shape_drawing import KINDS, pictures
from nntui.errors import DataError


def drawn(noise=0.0, n=60):
    return pictures(n, 16, noise, np.random.default_rng(0))


def test_without_noise_a_picture_is_its_shape_on_nothing():
    found = drawn()
    assert np.array_equal(found.X[..., 0] > 0.0, found.inside)
    assert found.X.max() <= 1.0 and found.X[found.inside].min() >= 0.5


def test_every_kind_is_drawn_as_often_and_wholly_inside():
    found = drawn()
    assert np.bincount(found.kind).tolist() == [20] * len(KINDS)
    assert found.inside.any(axis=(1, 2)).all()


def test_a_box_just_holds_its_shape():
    found = drawn()
    for inside, (x, y, width, height) in zip(found.inside, found.box * 16, strict=True):
        rows, columns = np.nonzero(inside)
        assert (columns.min(), columns.max() + 1) == pytest.approx((x - width / 2, x + width / 2))
        assert (rows.min(), rows.max() + 1) == pytest.approx((y - height / 2, y + height / 2))


@pytest.mark.parametrize(("ask", "shape"), [("kind", ()), ("pixels", (16, 16)), ("box", (4,)), ("kind_and_box", (5,))])
def test_what_is_asked_for_is_what_the_facts_say(ask, shape):
    data = BY_TAG["shapes"](ask=ask, examples=50).load(3)
    assert data.train.X.shape[1:] == data.facts.input_shape == (16, 16, 1)
    assert data.train.y.shape[1:] == shape
    assert data.facts.target.shape == (shape if ask == "pixels" else ())


def test_pictures_have_no_features_to_choose():
    with pytest.raises(DataError, match="features"):
        BY_TAG["shapes"](features=("x",)).facts()
