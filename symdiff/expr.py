"""Expr: the thin handle that users hold, one per node, so that `is` is identity of structure.

There is one store for the process.  `session()` takes its lock and, when the store has grown past twice
what was alive after the last collection, lets it forget what no handle reaches; raw ids are valid inside
one session.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from itertools import compress
from types import TracebackType
from typing import Any, NamedTuple

from symdiff.core import abstract, build, measure, memory, numbers, walk
from symdiff.core.store import CALL, MINUS_ONE, NUM, ONE, SYM, ZERO, Store
from symdiff.errors import LimitError, SymdiffError, UndecidedError
from symdiff.functions import TABLE
from symdiff.functions import index as function_index
from symdiff.limits import DEFAULT, Limits


def _facts(text: str) -> int:
    """What a range, intervals joined by "or", says for certain: of each sign, never zero."""
    facts = measure.POSITIVE | measure.NOT_POSITIVE if text else 0
    for interval in text.split(" or ") if text else ():
        low, high = interval[1:-1].split(", ")
        if low.startswith("-"):
            facts &= ~measure.NOT_NEGATIVE
        if high != "0" and not high.startswith("-"):
            facts &= ~measure.NOT_POSITIVE
        above = not low.startswith("-") and (low != "0" or interval[0] == "(")
        under = high.startswith("-") or (high == "0" and interval[-1] == ")")
        if not above and not under:
            facts &= ~measure.NOT_ZERO
    return facts


STORE = Store()
STORE.ceiling = DEFAULT.nodes
STORE.bits = DEFAULT.bits
for _record in TABLE:
    _index = STORE.declare(_record.name, {"even": 1, "odd": -1, "": 0}[_record.parity], _facts(_record.range))
    if _record.jumps:
        STORE.jumps.add(CALL + _index)

#: A store smaller than this is never collected; about 32 MB.
COLLECT_FROM = 1 << 19

#: While more handles than this are made, Python's cycle collector waits: it would look at them again and
#: again, though they refer to nothing, and take most of the time.
MANY = 1_000

#: So many handles are kept before those that died are looked for.
SWEEP_FROM = 1 << 14

#: What arithmetic on expressions accepts beside expressions.
Scalar = int | float | Fraction | Decimal


class Number(NamedTuple):
    """An exact number p/q in lowest terms, q > 0; `decimal` says that it was typed as a decimal."""

    p: int
    q: int
    decimal: bool


class _Session:
    """The store's lock, and the moment at which it may be collected: on entry from outside."""

    def __init__(self) -> None:
        self.depth = 0
        self.collect_at = COLLECT_FROM
        self.handles: dict[int, Expr] = {}  # those that nobody else holds any more among them
        self.sweep_at = SWEEP_FROM
        self.moving: list[Expr] = []  # handles whose nodes a collection renumbers
        self.moved: list[int] = []  # their new numbers, once there are any

    def __enter__(self) -> Store:
        STORE.lock.acquire()
        try:
            if self.depth == 0:
                if self.moved or self.collect_at < STORE.n:
                    self.collect()
                elif self.sweep_at < len(self.handles):
                    self.keep(self.alive())
            self.depth += 1
        except BaseException:
            STORE.lock.release()
            raise
        return STORE

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None and issubclass(kind, LimitError):
                self.collect_at = 0  # it may have been garbage that passed the limit
            elif kind is not None and not issubclass(kind, SymdiffError):
                memory.mend(STORE)
        finally:
            self.depth -= 1
            STORE.lock.release()

    def collect(self) -> None:
        """Let the store forget; an interrupt in the middle leaves what has moved for the next entry."""
        if not self.moved:
            self.moving = self.alive()
            arrays = memory.Arrays(STORE)
            # Room for half as many again: the call that passes the mark goes on without a new table.
            memory.collect(STORE, [expr.id for expr in self.moving], COLLECT_FROM // 2 * 3, self.moved)
            if len(arrays.op) <= 4 * max(COLLECT_FROM, 2 * STORE.n):
                memory.use_again(STORE, arrays)
        for expr, node in zip(self.moving, self.moved, strict=True):
            expr.id = node
        self.keep(self.moving)
        self.moved = []
        self.moving = []
        self.collect_at = min(max(COLLECT_FROM, 2 * STORE.n), max(STORE.n, STORE.ceiling // 4 * 3))

    def alive(self) -> list[Expr]:
        return list(compress(self.handles.values(), map(UNUSED.__lt__, _references(self.handles))))

    def keep(self, alive: list[Expr]) -> None:
        """Forget every other handle."""
        self.handles = {expr.id: expr for expr in alive}
        self.sweep_at = max(SWEEP_FROM, 2 * len(alive))


def _references(handles: dict[int, Expr]) -> list[int]:
    """How often each handle is referred to, from here as well."""
    return list(map(sys.getrefcount, handles.values()))


_SESSION = _Session()


def session() -> _Session:
    """`with session() as store:` -- raw ids may be used inside."""
    return _SESSION


@contextmanager
def limited(limits: Limits | None) -> Iterator[Store]:
    """A session in which no more nodes and no longer numbers may be made than the limits say."""
    with session() as s:
        if limits is None:
            yield s
            return
        ceiling, bits = s.ceiling, s.bits
        s.ceiling = min(ceiling, s.n + limits.nodes)
        s.bits = min(bits, limits.bits)
        try:
            yield s
        except LimitError as error:
            if error.limit == "nodes":
                error.allowed = min(limits.nodes, ceiling)
                error.message = f"more than {error.allowed:,} nodes are needed"
            raise
        finally:
            s.ceiling, s.bits = ceiling, bits


def _above(module: str, name: str) -> Callable[..., Any]:
    """What a method of Expr takes from a higher layer, loaded when it is called."""
    found: Callable[..., Any] = getattr(importlib.import_module("symdiff." + module), name)
    return found


class Expr:
    """One formula: a node of the store.  Immutable; equal structure is the same object.

    >>> import symdiff as sd
    >>> x, y = sd.symbols("x y")
    >>> (x + y)**2 / 2
    (x + y)^2/2
    >>> x*y is y*x
    True
    """

    __slots__ = ("__weakref__", "id")
    id: int

    # ------------------------------------------------------------ what it is

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names of its variables, sorted."""
        with session() as s:
            return tuple(s.name(i) for i in walk.symbols(s, [self.id]))

    @property
    def functions(self) -> tuple[str, ...]:
        """The names of its abstract functions, sorted."""
        with session() as s:
            return tuple(abstract.function_names(s, [self.id]))

    @property
    def size(self) -> int:
        """Tree size: operators, functions, names and numbers as a person reads them."""
        with session() as s:
            return measure.size(s, self.id)

    @property
    def nodes(self) -> int:
        """DAG size: distinct nodes, what a machine computes."""
        with session() as s:
            return len(walk.reach_list(s, [self.id]))

    def subs(self, values: Mapping[str, object] | None = None, /, **names: object) -> Expr:
        """The expression with variables replaced, all at once, by formulas, text or numbers.

        An abstract function is replaced with its parameters named; its derivatives are replaced with it.

        >>> import symdiff as sd
        >>> sd.parse("x^2 + y").subs(x="y + 1", y=3)
        (y + 1)^2 + 3
        >>> sd.parse("f(x) + x*f'(x)", functions="f").subs({"f(u)": "u^2"})
        3*x^2
        """
        result: Expr = _above("abstract", "replaced")(self, {**(values or {}), **names})
        return result

    # ------------------------------------------------------------ how it is shown

    def __str__(self) -> str:
        return str(_above("show", "text")(self))

    __repr__ = __str__

    def unicode(self) -> str:
        """For reading: x², √x, π."""
        return str(_above("show", "unicode")(self))

    def latex(self) -> str:
        """LaTeX source, without dollar signs."""
        return str(_above("show", "latex")(self))

    def code(self, language: str, vars: object = None, name: str = "f") -> str:
        """Source code of a function in another language: "c", "rust", "javascript", ... (see `sd.code`)."""
        return str(_above("evaluate.code", "code")(self, language, vars, name))

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    # ------------------------------------------------------------ identity and pickling

    def __hash__(self) -> int:
        with session() as s:
            return int(s.digest[self.id])

    def __reduce__(self) -> tuple[object, ...]:
        g = graph([self])
        leaves = [tuple(leaf) if isinstance(leaf, Number) else leaf for leaf in g.leaf]
        return _unpickle, ([min(op, CALL) for op in g.op], g.args, leaves)

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    # ------------------------------------------------------------ as a number of Python's

    def __bool__(self) -> bool:
        with session() as s:
            if s.op[self.id] > NUM:
                raise UndecidedError(
                    "a formula is neither true nor false: in place of if write sd.piecewise(x > 0, a, b), "
                    "in place of and, or, not, min, max write &, |, ~, sd.min, sd.max"
                )
            return self.id != ZERO

    def __float__(self) -> float:
        names = self.symbols
        if names:
            raise UndecidedError(
                f"a formula in {names[0]} is no number: in place of math.sin, math.exp write sd.sin, sd.exp"
            )
        return float(_above("evaluate", "evaluate")(self))

    def __round__(self, digits: int = 0) -> Expr:
        scale = Fraction(10) ** digits
        return self._called("round", self * scale) / scale

    def __floor__(self) -> Expr:
        return self._called("floor", self)

    def __ceil__(self) -> Expr:
        return self._called("ceil", self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """np.sin(e) is sd.sin(e), and numbers in an array take part one by one."""
        return _above("ufuncs", "apply")(ufunc, method, inputs, options)

    @staticmethod
    def _called(name: str, *arguments: object) -> Expr:
        found: Expr = _above("calls", "call")(name, *arguments)
        return found

    # ------------------------------------------------------------ arithmetic

    def __neg__(self) -> Expr:
        with session() as s:
            return handle(build.neg(s, self.id))

    def __pos__(self) -> Expr:
        return self

    def __add__(self, other: Expr | Scalar) -> Expr:
        return _combine(_sum, self, other)

    def __radd__(self, other: Scalar) -> Expr:
        return _combine(_sum, other, self)

    def __sub__(self, other: Expr | Scalar) -> Expr:
        return _combine(_difference, self, other)

    def __rsub__(self, other: Scalar) -> Expr:
        return _combine(_difference, other, self)

    def __mul__(self, other: Expr | Scalar) -> Expr:
        return _combine(_product, self, other)

    def __rmul__(self, other: Scalar) -> Expr:
        return _combine(_product, other, self)

    def __truediv__(self, other: Expr | Scalar) -> Expr:
        return _combine(_quotient, self, other)

    def __rtruediv__(self, other: Scalar) -> Expr:
        return _combine(_quotient, other, self)

    def __pow__(self, other: Expr | Scalar) -> Expr:
        return _combine(build.power, self, other)

    def __rpow__(self, other: Scalar) -> Expr:
        return _combine(build.power, other, self)

    def __floordiv__(self, other: Expr | Scalar) -> Expr:
        return _combine(_floor_quotient, self, other)

    def __rfloordiv__(self, other: Scalar) -> Expr:
        return _combine(_floor_quotient, other, self)

    def __mod__(self, other: Expr | Scalar) -> Expr:
        return _combine(_function("mod"), self, other)

    def __rmod__(self, other: Scalar) -> Expr:
        return _combine(_function("mod"), other, self)

    def __divmod__(self, other: Expr | Scalar) -> tuple[Expr, Expr]:
        return self // other, self % other

    def __rdivmod__(self, other: Scalar) -> tuple[Expr, Expr]:
        return other // self, other % self

    def __abs__(self) -> Expr:
        return self._called("abs", self)

    def __lt__(self, other: Expr | Scalar) -> Expr:
        return _combine(_function("lt"), self, other)

    def __le__(self, other: Expr | Scalar) -> Expr:
        return _combine(_function("le"), self, other)

    def __gt__(self, other: Expr | Scalar) -> Expr:
        return _combine(_function("gt"), self, other)

    def __ge__(self, other: Expr | Scalar) -> Expr:
        return _combine(_function("ge"), self, other)

    def __and__(self, other: Expr) -> Expr:
        return self._called("and", self, other)

    def __or__(self, other: Expr) -> Expr:
        return self._called("or", self, other)

    def __invert__(self) -> Expr:
        return self._called("not", self)


def _sum(s: Store, a: int, b: int) -> int:
    return build.add(s, [a, b])


def _difference(s: Store, a: int, b: int) -> int:
    return build.add(s, [a, build.neg(s, b)])


def _product(s: Store, a: int, b: int) -> int:
    return build.flat_product(s, [a, b])


def _quotient(s: Store, a: int, b: int) -> int:
    return build.flat_product(s, [a, build.power(s, b, MINUS_ONE)])


def _floor_quotient(s: Store, a: int, b: int) -> int:
    return build.call(s, function_index("floor"), [_quotient(s, a, b)])


def _function(name: str) -> Callable[[Store, int, int], int]:
    f = function_index(name)
    return lambda s, a, b: build.call(s, f, [a, b])


def _combine(operation: Callable[[Store, int, int], int], a: Expr | Scalar, b: Expr | Scalar) -> Expr:
    with session() as s:
        try:
            left, right = constant(a), constant(b)
        except TypeError:
            return NotImplemented  # type: ignore[no-any-return]  # Python's protocol for operators
        return handle(operation(s, left.id, right.id))


# ---------------------------------------------------------------- making handles

#: What `_references` counts for a handle that nobody holds.  A count, where a weak reference for each handle
#: would be one more object to make and for the garbage collector to visit.
UNUSED = _references({0: object.__new__(Expr)})[0]


def handle(node: int) -> Expr:
    """The one Expr of a node; only inside a session."""
    return handles((node,))[0]


def handles(nodes: Collection[int]) -> list[Expr]:
    """The Exprs of the nodes; only inside a session."""
    known = _SESSION.handles
    new = object.__new__
    out = []
    pause = len(nodes) > MANY and gc.isenabled()
    if pause:
        gc.disable()
    try:
        for node in nodes:
            found = known.get(node)
            if found is None:
                found = known[node] = new(Expr)
                found.id = node
            out.append(found)
    finally:
        if pause:
            gc.enable()
    return out


def constant(value: Expr | Scalar) -> Expr:
    """An exact number as an expression (a float by its shortest decimal); an expression as it is."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction, Decimal)):
        raise TypeError(f"{value!r} is neither a number nor an expression")
    exact = Decimal(float.__repr__(value)) if isinstance(value, float) else value
    if isinstance(exact, Decimal):
        if not exact.is_finite():
            raise SymdiffError(f"{value} is not a number that a formula can hold")
        if abs(exact.adjusted()) > STORE.bits:  # before the integer of so many digits is made
            raise LimitError("bits", int(STORE.bits), "a number is too long")
        (p, q), decimal = exact.as_integer_ratio(), True
    else:
        p, q, decimal = exact.numerator, exact.denominator, False
    with session() as s:
        return handle(numbers.number(s, p, q, decimal))


def symbols(names: str | Iterable[str]) -> tuple[Expr, ...]:
    """Variables by name: text with blanks or commas between, or a list.  Always a tuple.

    >>> import symdiff as sd
    >>> sd.symbols("a b")
    (a, b)
    """
    parts = names.replace(",", " ").split() if isinstance(names, str) else list(names)
    for name in parts:
        if not name.isidentifier():
            raise SymdiffError(f"{name!r} is not a name for a variable")
    with session() as s:
        return tuple(handle(s.symbol(name)) for name in parts)


# ---------------------------------------------------------------- graphs


class Graph(NamedTuple):
    """Everything some expressions reach, children first: what passes above the core loop over.

    op: operation (a call is CALL + index of the function).  args: places of the children.
    leaf: Number, name of a variable, name of the function called, or None.  roots: places.
    """

    op: list[int]
    args: list[tuple[int, ...]]
    leaf: list[Any]
    roots: list[int]


def graph(exprs: Sequence[Expr]) -> Graph:
    with session() as s:
        ids, ops, children, roots = walk.export(s, [e.id for e in exprs])
        leaf: list[Any] = [None] * len(ids)
        for i, (node, op) in enumerate(zip(ids, ops, strict=True)):
            if op <= NUM:
                leaf[i] = Number(*s.value(node))
            elif op == SYM:
                leaf[i] = s.name(node)
            elif op >= CALL:
                leaf[i] = s.functions[op - CALL]
    return Graph(ops, children, leaf, roots)


def _unpickle(ops: list[int], args: list[tuple[int, ...]], leaves: list[Any]) -> Expr:
    with session() as s:
        codes: list[int] = []
        nodes: list[int] = []
        for op, leaf in zip(ops, leaves, strict=True):
            codes.append(op + function_index(leaf) if op == CALL else op)
            if op <= NUM:
                nodes.append(s.rational(*leaf))
            else:
                nodes.append(s.symbol(leaf) if op == SYM else ONE)
        return handle(walk.rebuild_all(s, codes, args, nodes)[-1])
