"""Functions with a recurrence, gamma(u + 1) = u*gamma(u): all calls whose arguments differ by whole numbers
are written by the one with the largest argument.

By the largest, since gamma(u) = gamma(u + 1)/u asks of u exactly what gamma(u) does; the other way round,
u*gamma(u) is not defined at 0, where gamma(u + 1) is.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from symdiff.core.ranges import NOT_NEGATIVE
from symdiff.core.store import CALL, Store
from symdiff.simplify.reading import KINDS, Nodes, Reader
from symdiff.simplify.signs import ONE, Bounds, GiveUp, Value, number

#: f(u + 1) = (u + k)*f(u), by name.
RECURRENCES = {"gamma": 0, "factorial": 1}

#: The most steps between arguments: a polynomial of this degree.
STEPS = 12


class Recurrent(Reader):
    """A reader that knows recurrences."""

    def __init__(self, s: Store, nodes: Nodes, bounds: Bounds) -> None:
        self.largest: dict[Any, tuple[int, int]] | None = None  # class of arguments -> (whole number, call)
        super().__init__(s, nodes, bounds)

    def opaque(self, node: int, name: str, args: list[int]) -> Value:
        if name in RECURRENCES:
            v = self.by_recurrence(node, name, args[0])
            if v is not None:
                return v
        return super().opaque(node, name, args)

    def by_recurrence(self, node: int, name: str, argument: int) -> Value | None:
        """The call by the one of its class whose argument is largest; None where it is of no class."""
        if self.largest is None:
            self.largest = {}
            self.find_largest()
        found = self.class_of(name, argument)
        top = self.largest.get(found[0]) if found else None
        if found is None or top is None:
            return None
        steps = top[0] - found[1]
        if abs(steps) > STEPS:
            return None
        key = ("call", name, *found[0][1:], top[0])
        base = self.kernel_value(key, ("call", top[1]), self.is_certain(top[1], NOT_NEGATIVE))
        self.exclude(base)  # neither gamma nor the factorial is zero anywhere
        v, k = self.values[argument], RECURRENCES[name]
        product = ONE
        for i in range(abs(steps)):
            product = self.mul(product, self.add([v, number(i + k if steps > 0 else k - 1 - i)]))
        if steps > 0:
            if self.learning:
                self.exclude(product)
            product = self.powi(product, -1)
        return self.mul(base, product)

    def find_largest(self) -> None:
        """The call with the largest argument of each class in what is read."""
        s = self.s
        assert self.largest is not None
        inside: set[int] = set()  # nodes with a function in them that is not to be read yet
        for node, op, args in self.nodes:
            name = s.functions[op - CALL] if op >= CALL else ""
            within = any(a in inside for a in args)
            if within or name in KINDS or name in RECURRENCES:
                inside.add(node)
            if name in RECURRENCES and not within:
                self.value(args[0])
                found = self.class_of(name, args[0])
                if found and found[1] > self.largest.get(found[0], (found[1] - 1, 0))[0]:
                    self.largest[found[0]] = (found[1], node)

    def class_of(self, name: str, argument: int) -> tuple[Any, int] | None:
        """(what all arguments of the class have in common, the whole number in this one)."""
        v = self.values.get(argument)
        if v is None:
            return None
        whole, rest = fmpq(0), []
        try:
            for key, (r, m) in self.decompose(v).items():
                if m[1] or m[2]:
                    rest.append((key, (int(r.p), int(r.q))))
                else:
                    whole = r
        except GiveUp:
            return None
        if not rest:
            return None
        n = int(whole.p) // int(whole.q)
        part = whole - n
        return (name, (int(part.p), int(part.q)), tuple(sorted(rest))), n
