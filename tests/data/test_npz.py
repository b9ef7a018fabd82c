"""A person's arrays: what is understood of them, what is refused, and that nothing in them is executed."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from nntui.data.files import Npz
from nntui.errors import DataError

X = np.arange(40.0).reshape(20, 2)
LABELS = np.arange(20) % 2


@pytest.fixture
def archive(tmp_path):
    """Writes arrays, or plain bytes, and describes the file as a source."""

    def write(
        content: bytes | None = None, /, *, task="auto", scale="none", validation=0.2, features=(), standardize=True, **arrays
    ) -> Npz:
        path = tmp_path / "arrays.npz"
        if content is None:
            np.savez(path, **arrays)
        else:
            path.write_bytes(content)
        return Npz(npz=str(path), task=task, scale=scale, validation=validation, features=features, standardize_target=standardize)

    return write


def refusal(source: Npz) -> str:
    with pytest.raises(DataError) as caught:
        source.load(0)
    return str(caught.value)


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (LABELS, ("0", "1")),
        (LABELS + 3.0, ("3", "4")),
        (LABELS[:, None], ("0", "1")),
        (LABELS == 1, ("False", "True")),
        (np.array(["no", "yes"])[LABELS], ("no", "yes")),
        (np.array([b"no", b"yes"])[LABELS], ("no", "yes")),
        (np.arange(20), None),
        (LABELS + 0.5, None),
    ],
)
def test_the_task_follows_from_y(archive, y, classes):
    source = archive(X=X, y=y, validation=0.0)
    facts, data = source.facts(), source.load(0)
    assert facts == data.facts and facts.classes == classes
    order = (data.train.X[:, 0] / 2).astype(int)
    if classes is not None:
        assert all(type(name) is str for name in classes)
        assert (data.train.y == LABELS[order]).all()
    else:
        np.testing.assert_allclose(data.target_units.original(data.train.y)[:, 0], y[order], rtol=1e-5, atol=1e-5)


def test_the_task_can_be_said(archive):
    assert archive(X=X, y=LABELS, task="regression").facts().classes is None
    assert archive(X=X, y=np.repeat(np.arange(10), 2) / 4, task="classification").facts().classes[:3] == ("0", "0.25", "0.5")


def test_several_numbers_per_example_are_learned_together(archive):
    source = archive(X=X, y=np.c_[X[:, 0], -X[:, 1]], standardize=False, validation=0.0)
    assert source.facts().target.width == 2
    data = source.load(0)
    np.testing.assert_array_equal(data.train.y, data.train.X * [1.0, -1.0])


def test_images_keep_their_shape_and_share_one_scale(archive):
    images = np.arange(20 * 12, dtype=np.uint8).reshape(20, 2, 2, 3)
    source = archive(X=images, y=LABELS, scale="minmax", validation=0.0)
    assert source.facts().input_shape == (2, 2, 3) and source.facts().features == ()
    data = source.load(0)
    assert sorted(data.train.X.ravel().tolist()) == pytest.approx((np.arange(240) / 239.0).tolist())


def test_one_number_per_example_may_stand_without_an_axis_of_its_own(archive):
    assert archive(X=X[:, 0], y=LABELS).load(0).train.X.shape == (16, 1)


def test_pairs_of_numbers_are_a_plane_and_may_have_features(archive):
    source = archive(X=X, y=LABELS, features=("x", "y^2", "xy"))
    data = source.load(0)
    assert source.facts().features == ("x", "y^2", "xy") and source.facts().input_shape == (3,)
    np.testing.assert_array_equal(data.plane.inputs(data.plane.validation), data.validation.X)
    assert "features" in refusal(archive(X=np.ones((20, 3)), y=LABELS, features=("x",)))


def test_compressed_archives_are_read(tmp_path):
    np.savez_compressed(tmp_path / "c.npz", X=X, y=LABELS)
    assert Npz(npz=str(tmp_path / "c.npz")).facts().examples == 20


def with_value(array, index, value):
    changed = array.astype(float)
    changed[index] = value
    return changed


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": X}, "has no array y (it has X)"),
        ({"x": X, "y": LABELS}, "has no array X (it has x, y)"),
        ({"X": X, "y": LABELS[:-1]}, "X holds 20 examples, but y 19"),
        ({"X": X.astype(object), "y": LABELS}, "X holds Python objects"),
        ({"X": X, "y": LABELS.astype(object)}, "y holds Python objects"),
        ({"X": X * 1j, "y": LABELS}, "X must hold numbers, but its type is complex128"),
        ({"X": X.astype(str), "y": LABELS}, "X must hold numbers"),
        ({"X": X, "y": LABELS * 1j}, "y must hold numbers or texts, but its type is complex128"),
        ({"X": np.float64(3.0), "y": LABELS}, "X has shape ()"),
        ({"X": X[:0], "y": LABELS[:0]}, "X has shape (0, 2)"),
        ({"X": X[:, :0], "y": LABELS}, "X has shape (20, 0)"),
        ({"X": X[:1], "y": LABELS[:1]}, "a single example"),
        ({"X": X, "y": np.ones((20, 2, 2))}, "y has shape (20, 2, 2)"),
        ({"X": with_value(X, (3, 1), np.nan), "y": LABELS}, "X[3, 1] is nan: every value must be a finite number"),
        ({"X": with_value(X, 4, np.inf), "y": LABELS}, "X[4, 0] is inf and 1 more"),
        ({"X": X, "y": with_value(LABELS, 7, np.nan)}, "y[7] is nan"),
        ({"X": X, "y": np.ones(20)}, "y is '1' in every example"),
        ({"X": X, "y": np.full(20, 0.5)}, "y is 0.5 in every example"),
        ({"X": X, "y": np.c_[X[:, 0], np.ones(20)]}, "y[:, 1] is 1 in every example"),
        ({"X": X, "y": np.arange(20).astype(str)}, "different in all 20 examples"),
        ({"X": X, "y": np.eye(2)[LABELS], "task": "classification"}, "of one-hot rows, save y.argmax(axis=1)"),
        ({"X": X, "y": LABELS.astype(str), "task": "regression"}, 'task = "regression" needs numbers'),
        ({"X": X * 1e300, "y": LABELS}, "too large for single precision"),
    ],
)
def test_arrays_that_cannot_be_learned_from_are_refused_in_one_sentence(archive, arrays, message):
    said = refusal(archive(**arrays))
    assert message in said
    assert "\n" not in said


def test_what_is_not_an_archive_is_refused(archive, tmp_path):
    np.savez(tmp_path / "whole.npz", X=X, y=LABELS)
    whole = (tmp_path / "whole.npz").read_bytes()
    broken = bytearray(whole)
    broken[200:230] = b"?" * 30
    for content in (b"", b"hello", whole[: len(whole) // 2], bytes(broken), pickle.dumps({"X": X})):
        assert "isn't an intact NumPy archive" in refusal(archive(content))


def test_a_pickle_inside_an_archive_is_never_opened(archive, tmp_path):
    touched = tmp_path / "touched"

    class Trap:
        def __reduce__(self):
            return Path.touch, (touched,)

    source = archive(X=X, y=np.array([Trap()] * 20, dtype=object))
    assert "never read" in refusal(source)
    with pytest.raises(DataError):
        source.facts()
    assert not touched.exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert "there is no file" in refusal(Npz(npz=str(tmp_path / "none.npz")))


def test_a_changed_file_is_read_again(archive):
    assert archive(X=X, y=LABELS).facts().classes == ("0", "1")
    assert archive(X=X[:18], y=LABELS[:18] + 7).facts().classes == ("7", "8")


def test_file_names_are_seen_from_the_folder_of_the_description(tmp_path):
    assert Path(Npz(npz="f.npz").anchored(tmp_path).npz) == tmp_path / "f.npz"
