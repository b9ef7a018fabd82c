"""A look at data in another process: the same summary, and nothing where there is nothing to be seen."""

import msgspec

from nntui.data.bundled import Wine
from nntui.data.files import Csv
from nntui.training.seen import seen
from nntui.training.summary import summarize


def test_another_process_sees_what_this_one_does():
    source = Wine()
    there, here = seen(source, 3, lambda: False), summarize(source.load(3))
    assert there is not None and there.quality is not None and here.quality is not None
    assert msgspec.msgpack.encode(there) == msgspec.msgpack.encode(msgspec.structs.replace(here, points=()))
    assert there.quality.largest_std > 100.0


def test_what_cannot_be_read_or_is_not_wanted_any_more_is_nothing(tmp_path):
    assert seen(Csv(csv=str(tmp_path / "gone.csv"), target="y"), 0, lambda: False) is None
    assert seen(Wine(), 0, lambda: True) is None
