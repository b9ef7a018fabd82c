"""Conditions that people type: `val_accuracy > 0.9 and layers < 5`.

The grammar is a small part of Python's, read by Python's own parser and walked here; nothing is ever executed. There are
numbers, text in quotes, names, dotted names, + - * /, comparisons (also chained), `in`, `and`, `or`, `not` and brackets.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from nntui.errors import NntuiError
from nntui.schema import suggestion

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
"""None: the run doesn't have it. A comparison with nothing, or with what isn't a number, is false."""

Look: TypeAlias = Callable[[str], Value]
"""Gives the value of a name."""

LONGEST = 1000
"""Characters of a condition."""

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_ORDER: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Lt: ("<", operator.lt), ast.LtE: ("<=", operator.le), ast.Gt: (">", operator.gt), ast.GtE: (">=", operator.ge),
}  # fmt: skip


class ConditionError(NntuiError):
    """A condition that can't be read, or compares what can't be compared."""


class Condition:
    """A condition on named values. Raises ConditionError if it can't be read."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if not self.text:
            raise ConditionError("the condition is empty: try val_accuracy > 0.9 and layers < 5")
        if len(self.text) > LONGEST:
            raise ConditionError(f"the condition has {len(self.text)} characters, at most {LONGEST} are read")
        try:
            self._root = ast.parse(self.text, mode="eval").body
            self._check(self._root)
        except (SyntaxError, ValueError) as error:
            raise ConditionError(_unreadable(self.text, error)) from None
        except (RecursionError, MemoryError):
            raise ConditionError("the condition is nested too deeply") from None
        self.names = tuple(dict.fromkeys(_names(self._root)))
        """The names in it, in order."""

    def require(self, known: Iterable[str]) -> None:
        """Raise ConditionError for a name that nothing has."""
        known = sorted(known)
        for name in self.names:
            if name not in known:
                raise ConditionError(f"no run has {name}: {suggestion(name, known)}; text stands in quotes")

    def holds(self, look: Look) -> bool:
        """Whether it is true of these values. Raises ConditionError if it compares text with numbers."""
        return bool(self._value(self._root, look))

    def _check(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(value=str() | int() | float() | bool()) | ast.Name():
                return
            case ast.Attribute():
                if dotted(node) is None:
                    raise ConditionError(f"{ast.unparse(node)} is no name of a value")
                return
            case ast.BoolOp(values=parts):
                pass
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.UAdd(), operand=operand):
                parts = [operand]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                parts = [left, right]
            case ast.Compare(left=left, ops=ops, comparators=rest) if all(
                type(op) in _ORDER or isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in ops
            ):
                parts = [left, *rest]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                if not all(isinstance(part, ast.Constant) for part in parts):
                    raise ConditionError(f"{ast.unparse(node)}: a list holds numbers or text in quotes only")
            case _:
                known = "names, numbers, + - * /, < <= > >= == !=, in, and, or, not"
                raise ConditionError(f"{ast.unparse(node)[:60]} isn't understood: there are {known}")
        for part in parts:
            self._check(part)

    def _value(self, node: ast.expr, look: Look) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name() | ast.Attribute():
                return look(dotted(node) or "")
            case ast.BoolOp(op=ast.And()):
                return all(self._value(part, look) for part in node.values)
            case ast.BoolOp():
                return any(self._value(part, look) for part in node.values)
            case ast.UnaryOp(op=ast.Not()):
                return not self._value(node.operand, look)
            case ast.UnaryOp():
                value = self._number(node.operand, look)
                return -value if value is not None and isinstance(node.op, ast.USub) else value
            case ast.BinOp():
                left, right = self._number(node.left, look), self._number(node.right, look)
                try:
                    return None if left is None or right is None else _ARITHMETIC[type(node.op)](left, right)
                except (ZeroDivisionError, OverflowError):
                    return None
            case ast.Compare():
                return self._compared(node, look)
            case ast.Tuple() | ast.List():
                return tuple(self._value(part, look) for part in node.elts)
        raise AssertionError(node)

    def _number(self, node: ast.expr, look: Look) -> float | None:
        value = self._value(node, look)
        if value is None or isinstance(value, int | float):
            return value
        raise ConditionError(f"{ast.unparse(node)} is {_told(value)}: one can't calculate with it")

    def _compared(self, node: ast.Compare, look: Look) -> bool:
        left = self._value(node.left, look)
        before = node.left
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self._value(part, look)
            if not _one(op, left, right, before, part):
                return False
            left, before = right, part
        return True


def _one(op: ast.cmpop, left: Any, right: Any, left_text: ast.expr, right_text: ast.expr) -> bool:
    if left is None or right is None or _nan(left) or _nan(right):
        return False
    match op:
        case ast.Eq():
            return bool(left == right)
        case ast.NotEq():
            return bool(left != right)
        case ast.In() | ast.NotIn():
            if isinstance(right, str) and isinstance(left, str):
                found = left.lower() in right.lower()
            elif isinstance(right, tuple):
                found = left in right
            else:
                raise ConditionError(f"{ast.unparse(right_text)} is {_told(right)}: nothing can be in it")
            return found == isinstance(op, ast.In)
    sign, compare = _ORDER[type(op)]
    texts = isinstance(left, str), isinstance(right, str)
    if isinstance(left, tuple) or isinstance(right, tuple) or texts[0] != texts[1]:
        raise ConditionError(f"{ast.unparse(left_text)} {sign} {ast.unparse(right_text)} compares {_told(left)} with {_told(right)}")
    return compare(left, right)


def _nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _told(value: Any) -> str:
    if isinstance(value, str):
        return f'the text "{value[:30]}"'
    return f"a list of {len(value)}" if isinstance(value, tuple) else f"the number {value}"


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` as text, None if it is something else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(parts)])


def _names(node: ast.expr) -> Iterable[str]:
    if isinstance(node, ast.Name | ast.Attribute):
        yield dotted(node) or ""
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield from _names(child)


def _unreadable(text: str, error: Exception) -> str:
    if re.search(r"(?<![<>=!])=(?!=)", text):
        return f"{text}: equal is written =="
    place = f" at character {error.offset}" if isinstance(error, SyntaxError) and error.offset else ""
    return f"{text}: can't be read{place}: try val_accuracy > 0.9 and layers < 5"


def is_condition(text: str) -> bool:
    """Whether a filter that somebody types is meant as a condition, not as a part of a name."""
    return "(?" not in text and re.search(r"[<>]|[=!]=|\w\s*=\s*\S|\s+in\s+|^not\s", text) is not None
