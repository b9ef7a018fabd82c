"""Layers that read ids and sequences as PyTorch modules."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nntui.benchmark.torch_weights import Piece, turned, whole
from nntui.nn.attention import Attention
from nntui.nn.embedding import Embedding, PositionalEmbedding
from nntui.nn.factorization import Factorization
from nntui.nn.gru import GRU
from nntui.nn.ids import TakesIds
from nntui.nn.lstm import LSTM
from nntui.nn.plan import Site
from nntui.nn.recurrent import Recurrent
from nntui.nn.rnn import RNN

GATES = {RNN: (0,), GRU: (0, 1, 2), LSTM: (3, 0, 1, 2)}
"""Where our gates are in PyTorch's: it has i, f, g, o where we have o, i, f, g."""


def _recurrent(nn: Any, layer: Recurrent, site: Site) -> Any:
    torch = import_module("torch")
    base = {RNN: nn.RNN, GRU: nn.GRU, LSTM: nn.LSTM}[type(layer)]
    ends = len(layer.suffixes(0))

    def forward(self: Any, X: Any) -> Any:
        Y, last = base.forward(self, X)
        if layer.returns == "sequence":
            return Y
        states = last[0] if isinstance(layer, LSTM) else last
        return torch.cat(list(states[-ends:]), dim=-1)

    options = {"nonlinearity": layer.activation} if isinstance(layer, RNN) else {}
    made = type(base.__name__, (base,), {"forward": forward})(
        site.x[-1], layer.units, num_layers=layer.layers, bidirectional=layer.bidirectional, batch_first=True, **options
    )
    made.pieces = _recurrent_pieces(layer)
    for name, parameter in made.named_parameters():
        if name.startswith("bias_hh"):
            nn.init.zeros_(parameter)
            parameter.requires_grad_(isinstance(layer, GRU))
    return made


def _recurrent_pieces(layer: Recurrent) -> dict[str, list[Piece]]:
    """Gate by gate. Of PyTorch's two biases the second only matters where a gate acts between them: for a GRU's candidate."""
    H, found = layer.units, dict[str, list[Piece]]()
    for depth in range(layer.layers):
        for suffix, end in zip(layer.suffixes(depth), (f"l{depth}", f"l{depth}_reverse"), strict=False):
            for name, theirs in (("W", "weight_ih"), ("U", "weight_hh"), ("b", "bias_ih")):
                found[f"{name}{suffix}"] = [
                    Piece(f"{theirs}_{end}", _gate(j, H), (..., slice(k * H, (k + 1) * H))) for k, j in enumerate(GATES[type(layer)])
                ]
            if isinstance(layer, GRU):
                found[f"b_hn{suffix}"] = [Piece(f"bias_hh_{end}", _gate(2, H))]
    return found


def _gate(number: int, H: int) -> Any:
    return lambda A: turned(A[number * H : (number + 1) * H])


def _attention(nn: Any, layer: Attention, site: Site) -> Any:
    F, D = import_module("torch.nn.functional"), site.x[-1]

    def forward(self: Any, X: Any) -> Any:
        Q, K, V = (part.unflatten(-1, (layer.heads, -1)).transpose(1, 2) for part in self.qkv(X).chunk(3, dim=-1))
        return self.out(F.scaled_dot_product_attention(Q, K, V, is_causal=layer.causal).transpose(1, 2).flatten(2))

    made = type("Attention", (nn.Module,), {"forward": forward})()
    made.qkv, made.out = nn.Linear(D, 3 * D, bias=layer.bias), nn.Linear(D, D, bias=layer.bias)
    names = {"W": "qkv.weight", "b": "qkv.bias", "W_out": "out.weight", "b_out": "out.bias"}
    made.pieces = {ours: [Piece(theirs)] for ours, theirs in names.items()}
    return made


def _offsets(layer: TakesIds) -> Any:
    """Where each column's part of the table begins."""
    torch = import_module("torch")
    return torch.cumsum(torch.tensor((0, *layer.sizes[:-1])), 0)


def _embedding(nn: Any, layer: Embedding, site: Site) -> Any:
    several, offsets = len(layer.sizes) > 1, _offsets(layer)

    def forward(self: Any, X: Any) -> Any:
        return nn.Embedding.forward(self, X + offsets if several else X)

    made = type("Embedding", (nn.Embedding,), {"forward": forward})(sum(layer.sizes), layer.units)
    made.pieces = {"W": [Piece("weight", whole)]}
    return made


def _positional(nn: Any, layer: PositionalEmbedding, site: Site) -> Any:
    torch, (T, D) = import_module("torch"), site.x

    made = type("PositionalEmbedding", (nn.Module,), {"forward": lambda self, X: X + self.weight})()
    if layer.kind == "learned":
        made.weight = nn.Parameter(torch.randn(T, D))
    else:
        angle = torch.arange(T, dtype=torch.float64)[:, None] / 10000.0 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
        made.register_buffer("weight", torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :D])
    made.pieces = {"W": [Piece("weight", whole)]}
    return made


def _factorization(nn: Any, layer: Factorization, site: Site) -> Any:
    torch, offsets, rows = import_module("torch"), _offsets(layer), layer.users + layer.items

    def forward(self: Any, X: Any) -> Any:
        p, q = self.factors(X + offsets).unbind(1)
        return (p * q).sum(-1, keepdim=True) + self.biases(X + offsets).sum(1) + self.mean

    made = type("Factorization", (nn.Module,), {"forward": forward})()
    made.factors, made.biases, made.mean = nn.Embedding(rows, layer.units), nn.Embedding(rows, 1), nn.Parameter(torch.zeros(1))
    made.pieces = {"W": [Piece("factors.weight", whole)], "b": [Piece("biases.weight", whole)], "mu": [Piece("mean")]}
    return made


SEQUENCES: dict[type[Any], Any] = {
    RNN: _recurrent,
    GRU: _recurrent,
    LSTM: _recurrent,
    Attention: _attention,
    Embedding: _embedding,
    PositionalEmbedding: _positional,
    Factorization: _factorization,
}
