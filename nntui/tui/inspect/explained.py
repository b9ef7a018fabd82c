"""What every aspect shows and what to look for in it, for the help."""

from __future__ import annotations

HELP: dict[str, str] = {
    "weights": """\
Every number of a layer's array, as a colour: the second class's hue is positive, the first's negative, no colour is zero.
Below: how they are distributed. **t** goes from W to b and to running statistics.

**Look for** columns that are all zero (a unit that does nothing), single numbers that are far larger than the rest, and how
the spread changes from checkpoint to checkpoint (← →).

**e** changes the number under the cursor. The run stays as it is: the experiment on the bench gets a start of its own - this
checkpoint, with that weight - and space trains it as a new run.
""",
    "neuron": """\
What leads to one unit, what it answers to over the plane of the data (or to every class), and the examples it answers to most.
Of a unit of an activation layer the weights are those of the layer before it.

**Look for** units that are silent for all examples (dead), or that answer alike to everything.
""",
    "kernels": """\
The filters of a convolution, each as a picture of its weights for one input channel (h l). One colour scale for all of them.

**Look for** edges and blobs in the first layer. Noise late in training means that little was learned there.

*Zeiler & Fergus 2014.*
""",
    "maps": """\
What a layer makes of one example: each channel a picture. n and N go through the examples.

**Look for** maps that are empty for every example: those filters do nothing.
""",
    "attention": """\
How much every place of a sequence (row) takes from every other (column); rows sum to 1. Colours grow with the square root, so
that small shares can be seen. h l go through the heads, j k through the places.

**Look for** heads that always look at the place before, at the first place, or at what a word refers to. An entropy near
log2 T bits says that a head looks everywhere alike.

*Vaswani et al. 2017.*
""",
    "embedding": """\
The vectors of ids, on the two axes along which they differ most, and which lie nearest by angle to the chosen one.

**Common mistake**: reading distances on the screen as distances in the space, when the two axes carry little of the variance.
""",
    "time": """\
The length of dL/dh_t, the gradient of the loss with respect to the state after every step, on a logarithmic scale. Where it falls
towards the beginning, what was read there isn't learned from.

*Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013.*
""",
    "hidden": """\
The output of a layer for many examples, in two dimensions: its own two numbers, or principal components. j k pick a class.

**Look for** the layer in which the classes come apart. What a linear layer on top can separate, lies apart in straight lines.
""",
    "walk": """\
One example forward through every layer, to the loss and back. **space** goes on, **b** goes back; h l choose a number, j k a
weight. Every number is written as the sum of products that it is, beside what the engine computed:

- forward, y = sum of x w + b
- backward, dL/dw = δ x: what comes down to a unit times what it had read
- and dL/dx = sum of w δ, which goes on down: further down in the list of a layer's gradients

In double precision, without dropout; batch norm uses its running statistics. Slopes of activations are measured:
f'(x) = (f(x + h) - f(x - h)) / 2h.

*After the Backprop Explainer.*
""",
    "landscape": """\
The training loss around the weights, along two random directions whose filters are as long as the weights' own. Colours are
logarithmic. **d** draws other directions; esc stops.

**Common mistake**: taking two of thousands of directions for the whole. Flat here need not be flat everywhere.

*Li, Xu, Taylor, Studer & Goldstein 2018.*
""",
    "confusion": """\
Which class is taken for which: rows are right, columns were said. The examples behind the chosen cell stand beside it, the
surest first; n and N go through them, and walk, maps or predict go on with the one that is shown.

**Look for** pairs that are confused both ways: the network lacks what tells them apart. One way only points at too few examples.
""",
    "losses": """\
The examples that the network is most wrong about. Walk, maps or predict go on with the chosen one.

**Look for** wrong labels: a sure answer with a huge loss is often right. A few examples with most of the loss call for a look at the data.
""",
    "calibration": """\
Answers sorted by how sure the network was, and how many of them were right. The expected calibration error is the mean distance
between the two. Networks trained for long on hard labels are surer than they are right.

*Naeini et al. 2015; Guo et al. 2017.*
""",
    "predict": """\
The answer to one example. n and N pick one of the data; **e** types one: features by name (the others stay as shown), in the units
of the data; or a text, of which the network says what comes next.
""",
}
