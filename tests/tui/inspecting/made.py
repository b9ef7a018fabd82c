"""Values of every aspect, of small networks, to be drawn."""

from __future__ import annotations

from functools import cache

from inspection.subjects import codes, images, memory, pixels, plane, text

from nntui.inspection.aspects import look
from nntui.inspection.request import Request

_ROWS = (
    ("a small matrix", plane, Request("weights", layer="0.dense")),
    ("biases", plane, Request("weights", layer="0.dense", tensor=1)),
    ("a kernel", images, Request("weights", layer="4.skip.0.conv2d")),
    ("a wide matrix", memory, Request("weights", layer="0.lstm")),
    ("over the plane", plane, Request("neuron", layer="1.tanh", unit=3)),
    ("of images", images, Request("neuron", layer="1.relu")),
    ("behind a container", images, Request("neuron", layer="4.skip", unit=1)),
    ("of a sequence", memory, Request("neuron", layer="0.lstm")),
    ("of tokens", text, Request("neuron", layer="0.embedding")),
    ("one channel", images, Request("kernels", layer="0.conv2d")),
    ("three channels", images, Request("kernels", layer="4.skip.0.conv2d", unit=2)),
    ("of an image", images, Request("maps", layer="0.conv2d")),
    ("of a text", text, Request("maps", layer="0.embedding")),
    ("letters", text, Request("attention", layer="2.skip.1.attention", example=2)),
    ("letters", text, Request("embedding", layer="0.embedding")),
    ("fifty steps", memory, Request("time", layer="0.lstm")),
    ("a plane", plane, Request("hidden", layer="1.tanh")),
    ("positions", text, Request("hidden", layer="1.positional_embedding")),
    ("numbers", memory, Request("hidden", layer="0.lstm")),
    ("a plane", plane, Request("walk", example=3)),
    ("images", images, Request("walk")),
    ("text", text, Request("walk")),
    ("memory", memory, Request("walk")),
    ("a plane", plane, Request("landscape")),
    ("two classes", plane, Request("confusion")),
    ("images", images, Request("confusion", split="train")),
    ("letters", text, Request("confusion")),
    ("images", images, Request("losses")),
    ("numbers", memory, Request("losses")),
    ("a plane", plane, Request("calibration")),
    ("a point", plane, Request("predict")),
    ("a typed point", plane, Request("predict", typed="1, 2")),
    ("an image", images, Request("predict")),
    ("a text", text, Request("predict", typed="the")),
    ("a sequence", memory, Request("predict")),
    ("a picture of a picture", codes, Request("predict")),
    ("a class for every pixel", pixels, Request("predict", example=3)),
    ("codes", codes, Request("hidden", layer="1.dense")),
)

NAMES = {f"{request.aspect}: {name}": (subject, request) for name, subject, request in _ROWS}


def aspect(name: str) -> str:
    """The aspect of a value."""
    return NAMES[name][1].aspect


@cache
def value(name: str) -> object:
    """What was found."""
    subject, request = NAMES[name]
    return look(subject(), request)
