"""Matrix factorization: what somebody thinks of something, as a product of what both are like."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from nntui.errors import ShapeError
from nntui.nn.ids import TakesIds
from nntui.nn.initializers import Init, Normal, Zeros
from nntui.nn.layer import Parameter, Place, Shape


class Factorization(TakesIds, tag="factorization"):
    """y = mu + b_u + b_i + p_u . q_i for a user u and an item i, X (2,) their ids (Koren, Bell & Volinsky 2009, eq. 4).

    W holds the factors p of the users, below them q of the items; b their biases in the same order.
    """

    users: Annotated[int, Meta(ge=1, description="how many users, the first column of ids")]
    items: Annotated[int, Meta(ge=1, description="how many items, the second column")]
    units: Annotated[int, Meta(ge=1, description="latent factors of each")]
    init: Annotated[Init, Meta(description="how the factors start")] = Normal(std=0.1)

    @property
    def sizes(self) -> tuple[int, ...]:
        return self.users, self.items

    def remedy(self, known: tuple[int, ...]) -> str:
        return f"users = {known[0]}, items = {known[1]}" if len(known) == 2 else "another first layer, such as embedding"

    def output_shape(self, x: Shape) -> Shape:
        if x != (2,):
            raise ShapeError(f"factorization reads two ids, of a user and an item, but its input is {x}")
        return (1,)

    def parameters(self, x: Shape) -> tuple[Parameter, ...]:
        rows = self.users + self.items
        return (
            Parameter("W", (rows, self.units), self.init, fan_in=rows, fan_out=self.units),
            Parameter("b", (rows, 1), Zeros(), decays=False),
            Parameter("mu", (1,), Zeros(), decays=False),
        )

    def bind(self, at: Place) -> None:
        super().bind(at)
        B, D = at.batch, self.units
        self.bind_ids(at, 2 * B, D)
        self.bind_columns(at, at.ids.reshape(2, B))
        E, bias = at.array("E", (2 * B, D)), at.array("bias", (2 * B, 1))
        at.p, at.q, at.b_u, at.b_i = E[:B], E[B:], bias[:B], bias[B:]
        at.array("product", (B, D))
        at.ops.fill(at.array("ones", (D, 1)), 1.0)
        if at.learns:
            dE, twice = at.array("dE", (2 * B, D)), at.array("dbias", (2 * B, 1))
            at.dp, at.dq, at.db_u, at.db_i = dE[:B], dE[B:], twice[:B], twice[B:]
            at.gathered_bias, at.sums_bias = at.array("gathered_bias", (2 * B, 1)), at.array("sums_bias", (len(at.sums), 1))

    def forward(self, at: Place) -> None:
        ops = at.ops
        self.read_ids(at)
        ops.gather(at.W, at.ids, at.E)
        ops.gather(at.b, at.ids, at.bias)
        ops.multiply(at.p, at.q, at.product)
        ops.matmul(at.product, at.ones, at.Y)
        ops.add(at.Y, at.b_u, at.Y)
        ops.add(at.Y, at.b_i, at.Y)
        ops.add(at.Y, at.mu, at.Y)

    def backward(self, at: Place) -> None:
        if not at.learns:
            return
        ops = at.ops
        ops.multiply(at.q, at.dY, at.dp)
        ops.multiply(at.p, at.dY, at.dq)
        ops.scatter(at.ids, at.dE, at.dW, at.positions, at.order, at.gathered, at.sums)
        ops.copy(at.dY, at.db_u)
        ops.copy(at.dY, at.db_i)
        ops.scatter(at.ids, at.dbias, at.db, at.positions, at.order, at.gathered_bias, at.sums_bias)
        ops.sum_rows(at.dY, at.dmu)
