"""Jacobians and Hessians: values that the corpora give, by every sweep; structure; size.

Reference values are the corpora's. Where they give none, for second derivatives, the judges are the forward
sweep applied twice and slopes of the compiled gradient.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from librt.vecs import vec
from mypy_extensions import i32

import symdiff as sd
from symdiff.core import COMPILED, eliminate, measure, walk
from symdiff.core.entries import Entries
from symdiff.core.numbers import mul_numbers, number
from symdiff.core.rows import PRODUCTS, forward_rows, product_at_hand, reverse_row
from symdiff.core.store import Store
from symdiff.expr import Expr, handles, session
from symdiff.simplify import simplify_all

Row = dict[str, Any]
Rows = Callable[[str], list[Row]]
Placed = dict[tuple[int, int], Expr]

#: Relative: the references are doubles, and some rows cancel.
TOLERANCE = 1e-6

#: Nodes of all outputs together that each core differentiates in the time a test may take; elimination
#: takes dicts of every vertex.
LARGEST = 10**6 if COMPILED else 3_000
ELIMINATED = 6_000 if COMPILED else 400

#: Every n-th problem of the long corpora.
EVERY = 1 if COMPILED else 12


def parse(text: str) -> Expr:
    return sd.parse(text, constants=("pi",))


def size(outputs: Sequence[Expr]) -> int:
    """Operations that compute the outputs, common parts once."""
    with session() as s:
        return measure.operations(s, vec[i32]([i32(e.id) for e in outputs]))


def sparse(outputs: Sequence[Expr | str], names: Sequence[str] | None = None) -> sd.SparseMatrix:
    return sd.jacobian(outputs, names, sparse=True, simplify=False)


def entries(found: sd.SparseMatrix) -> Placed:
    return dict(zip(found.coordinates, found.values, strict=True))


def by_way(outputs: Sequence[Expr], names: Sequence[str], way: str) -> Placed:
    """The Jacobian by one of the three ways, whichever the plan would take."""
    with session() as s:
        roots = [e.id for e in outputs]
        column = {x: k for k, x in enumerate(s.symbols(list(names)))}
        each = list(dict.fromkeys(roots))
        found = Entries()
        if way == "elimination":
            found = eliminate.eliminate(s, each, column, {})
        elif way == "forward":
            variables = vec[i32]([i32(x) for x in column])
            nodes = vec[i32]([i32(r) for r in each])
            forward_rows(s, walk.reach(s, nodes), nodes, variables, {}, found)
        else:
            for root in each:
                reverse_row(s, walk.reach(s, vec[i32]([i32(root)])), root, column, {}, found)
        placed = [
            (i, int(found.columns[at]), int(found.nodes[at]))
            for i, k in enumerate(found.row.get(root, -1) for root in roots)
            if k >= 0
            for at in range(int(found.ends[k]), int(found.ends[k + 1]))
        ]
        values = handles([d for _, _, d in placed])
    return {(i, k): d for (i, k, _), d in zip(placed, values, strict=True)}


def numbers(exprs: Sequence[Expr], at: Mapping[str, float]) -> list[float]:
    if not exprs:
        return []
    found = sd.compile(list(exprs), list(at))(*at.values())
    return [float(v) for v in found]


def values_of(found: Placed, at: Mapping[str, float]) -> dict[tuple[int, int], float]:
    return dict(zip(found, numbers(list(found.values()), at), strict=True))


def differ(
    values: Mapping[tuple[int, int], float],
    expected: Mapping[tuple[int, int], float],
    tolerance: float = TOLERANCE,
) -> list[str]:
    """Where values of entries are not what is expected; an entry that is not there is 0."""
    scale = max([abs(v) for v in expected.values()], default=1.0)
    return [
        f"{place}: {values.get(place, 0.0)} is not {reference}"
        for place, reference in sorted(expected.items())
        if not math.isclose(values.get(place, 0.0), reference, rel_tol=tolerance, abs_tol=1e-12 * scale)
    ]


# ---------------------------------------------------------------- the corpora


def systems(row: Row, corpus: str) -> tuple[list[Expr], list[str], dict[tuple[int, int], float]]:
    """Outputs, variables and reference values of the Jacobian of a program."""
    meaning = sd.program(row["program"], constants=("pi",))
    check = row["check"]
    partial = check.get("partial", check.get("partial_nonzero"))
    outputs = row["outputs"]
    # The cardiac model's references are by all of its states.
    names = row["wrt"] if corpus != "cardiac" else row["states"]
    expected = {
        (i, names.index(name)): value
        for i, output in enumerate(outputs)
        for name, value in partial.get(output, {}).items()
        if name in names
    }
    return [meaning[o] for o in outputs], names, expected


@pytest.mark.parametrize("corpus_name", ["swell_generated", "sbml_odes", "cardiac"])
def test_jacobians_of_programs_have_the_values_that_the_corpus_gives(corpus: Rows, corpus_name: str) -> None:
    seen = 0
    for row in corpus(corpus_name):
        outputs, names, expected = systems(row, corpus_name)
        if size(outputs) > LARGEST:
            continue
        at = row["check"]["at"]
        J = sparse(outputs, names)
        what = f"{row.get('family', row.get('model'))} {row.get('size', '')}"
        assert not differ(values_of(entries(J), at), expected), what
        assert set(J.coordinates) >= {place for place, value in expected.items() if value != 0}, what
        assert J.coordinates == sorted(set(J.coordinates)), what
        if len(outputs) * len(names) < 10_000:
            assert J.dense() == sd.jacobian(outputs, names, simplify=False), what
        seen += 1
    assert seen >= (1 if corpus_name == "cardiac" else 12)


@pytest.mark.parametrize("corpus_name", ["swell_generated", "sbml_odes", "cardiac"])
def test_every_way_alone_is_right(corpus: Rows, corpus_name: str) -> None:
    seen = 0
    for row in corpus(corpus_name):
        outputs, names, expected = systems(row, corpus_name)
        if size(outputs) > ELIMINATED and corpus_name != "cardiac":
            continue
        at = row["check"]["at"]
        planned = values_of(entries(sparse(outputs, names)), at)
        for way in ("forward", "reverse", "elimination"):
            found = by_way(outputs, names, way)
            what = f"{row.get('family', row.get('model'))} {row.get('size', '')} {way}"
            assert list(found) == sorted(found), what
            values = values_of(found, at)
            assert not differ(values, expected), what
            assert not differ(values, planned, 1e-9), what
            assert not differ(planned, values, 1e-9), what
        seen += 1
    assert seen >= (1 if corpus_name == "cardiac" else 10)


def test_equations_of_motion_by_every_way(corpus: Rows) -> None:
    rows = [row for row in corpus("gait2d_eom") if row["nodes"] < (10**6 if COMPILED else 2_000)]
    outputs = [parse(row["formula"]) for row in rows]
    names = sorted({name for row in rows for name in row["wrt"]})
    found = [entries(sparse(outputs, names))]
    found += [by_way(outputs, names, way) for way in ("forward", "reverse", "elimination")]
    for i, row in enumerate(rows):
        at, partial = row["point"]["at"], row["point"]["partial"]
        for by in found:
            mine = {names[k]: d for (r, k), d in by.items() if r == i}
            assert set(mine) == set(row["wrt"])
            for name, value in zip(partial, numbers([mine[n] for n in partial], at), strict=True):
                assert value == pytest.approx(partial[name], rel=TOLERANCE)


def test_gradients_and_hessians_of_test_problems(corpus: Rows) -> None:
    """Gradients have the corpus's values; Hessians those of two forward sweeps and of slopes."""
    draw = random.Random(1)
    seconds = 0
    for row in corpus("optproblems")[::EVERY]:
        f, names = parse(row["formula"]), row["variables"]
        point = row["points"][-1]
        at = point["at"]
        expected = {(0, names.index(name)): value for name, value in point["gradient"].items()}
        for way in ("forward", "reverse", "elimination"):
            if not any(word in row["formula"] for word in ("piecewise", "min(", "max(")):
                assert not differ(values_of(by_way([f], names, way), at), expected), (row["problem"], way)
        assert not differ(values_of(entries(sparse([f], names)), at), expected), row["problem"]
        H = sd.hessian(f, names, sparse=True, simplify=False)
        values = dict(zip(H.coordinates, numbers(list(H.values), at), strict=True))
        scale = max([abs(v) for v in values.values()], default=1.0)
        assert H.coordinates == sorted({(j, i) for i, j in H.coordinates}), row["problem"]
        for _ in range(6):
            i, j = draw.randrange(len(names)), draw.randrange(len(names))
            (twice,) = numbers([sd.diff(f, names[i], names[j], simplify=False)], at)
            assert values.get((i, j), 0) == pytest.approx(twice, rel=TOLERANCE, abs=1e-9 * scale)
        seconds += second_differences(f, names, at, values)
    assert seconds >= 10


def second_differences(
    f: Expr, names: Sequence[str], at: Mapping[str, float], hessian: Mapping[tuple[int, int], float]
) -> int:
    """How many products of the Hessian with a direction were seen to be the gradient's slopes along it."""
    gradient = sd.compile(sd.gradient(f, names, simplify=False), names)
    v = [math.cos(3 * k + 1) for k in range(len(names))]
    x = [at[name] for name in names]
    steps: list[list[float]] = []
    for h in (2.0**-9, 2.0**-10, 2.0**-11):
        up, down = (gradient(*[a + sign * h * b for a, b in zip(x, v, strict=True)]) for sign in (1, -1))
        steps.append([(p - q) / (2 * h) for p, q in zip(up, down, strict=True)])
    seen = 0
    for i, (a, b, c) in enumerate(zip(*steps, strict=True)):
        first, second = (4 * b - a) / 3, (4 * c - b) / 3  # Richardson: without the error of order h^2
        if math.isfinite(second) and abs(second - first) < 1e-6 * abs(second):
            product = sum(hessian.get((i, j), 0) * v[j] for j in range(len(names)))
            assert product == pytest.approx(second, rel=1e-4), f"row {i} of the Hessian of {str(f)[:200]}"
            seen += 1
    return seen


# ---------------------------------------------------------------- structure

STRUCTURE = [
    # outputs, variables, coordinates, values
    (["x*y", "x + y^2"], ["x", "y"], [(0, 0), (0, 1), (1, 0), (1, 1)], ["y", "x", "1", "2*y"]),
    (["x*y", "x + y^2"], ["y", "x"], [(0, 0), (0, 1), (1, 0), (1, 1)], ["x", "y", "2*y", "1"]),
    (["x^2"], ["x"], [(0, 0)], ["2*x"]),
    (["3", "pi", "a"], ["x", "y"], [], []),
    (["x", "y", "x", "z"], ["z", "x"], [(0, 1), (2, 1), (3, 0)], ["1", "1", "1"]),
    (["x*z", "y^2", "x*z"], ["x", "y"], [(0, 0), (1, 1), (2, 0)], ["z", "2*y", "z"]),
    (["sin(x)", "x*sin(x)"], ["x", "nowhere"], [(0, 0), (1, 0)], ["cos(x)", "sin(x) + x*cos(x)"]),
    (["x - x", "0*y", "y - x + x"], ["x", "y"], [(2, 1)], ["1"]),
    ([], ["x", "y"], [], []),
    (["x*y"], [], [], []),
    ([], [], [], []),
    (["x < y", "floor(x)", "y"], ["x", "y"], [(2, 1)], ["1"]),
    (["piecewise(x < y, 2, 3)", "y"], ["x", "y"], [(1, 1)], ["1"]),
    (["piecewise(x < y, z^2, 3)"], ["x", "y", "z"], [(0, 2)], ["piecewise(x < y, 2*z, 0)"]),
    (["abs(x)", "max(x, z)"], ["x"], [(0, 0), (1, 0)], ["sign(x)", "piecewise(x >= z, 1, 0)"]),
    (["u*v", "v*w", "p + 1"], ["p", "u", "w", "v"], [(0, 1), (0, 3), (1, 2), (1, 3), (2, 0)],
     ["v", "u", "v", "w", "1"]),
]  # fmt: skip


@pytest.mark.parametrize("simplify", [True, False])
@pytest.mark.parametrize(("outputs", "names", "coordinates", "values"), STRUCTURE)
def test_only_what_may_be_different_from_zero_stands_in_a_sparse_jacobian(
    outputs: list[str],
    names: list[str],
    coordinates: list[tuple[int, int]],
    values: list[str],
    simplify: bool,
) -> None:
    J = sd.jacobian(outputs, names, sparse=True, simplify=simplify)
    assert J.shape == (len(outputs), len(names))
    assert J.coordinates == coordinates
    for found, expected in zip(J.values, values, strict=True):
        assert sd.equal(found, expected)
    dense = sd.jacobian(outputs, names, simplify=simplify)
    assert [len(row) for row in dense] == [len(names)] * len(outputs)
    placed = {(i, j): d for i, row in enumerate(dense) for j, d in enumerate(row)}
    assert {place: d for place, d in placed.items() if str(d) != "0"} == entries(J)


def test_the_default_variables_are_all_in_order() -> None:
    assert sd.jacobian(["b*a", "z"]) == sd.jacobian(["b*a", "z"], ["a", "b", "z"])
    assert sd.jacobian(["b*a", "z"], "z b") == sd.jacobian(["b*a", "z"], ["z", "b"])
    x, y = sd.symbols("x y")
    assert sd.jacobian([x * y, x], [y, "x"]) == [[x, y], [sd.parse("0"), sd.parse("1")]]


def test_a_name_permutes_columns_and_nothing_else() -> None:
    outputs = ["sin(a*b)*c", "exp(c*d) + a", "b/(1 + d^2)", "a*b*c*d"]
    first = sd.jacobian(outputs, ["a", "b", "c", "d"], simplify=False)
    for names in itertools.permutations("abcd"):
        turned = sd.jacobian(outputs, names, simplify=False)
        for row, other in zip(first, turned, strict=True):
            for k, name in enumerate("abcd"):
                at = {"a": 0.5, "b": -1.25, "c": 0.75, "d": 2.0}
                a, b = numbers([row[k], other[names.index(name)]], at)
                assert a == pytest.approx(b, rel=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda names: sd.jacobian(["x*y", "y"], names),
        lambda names: sd.jacobian(["x*y", "y"], names, sparse=True),
        lambda names: sd.gradient("x*y", names),
        lambda names: sd.hessian("x*y", names),
        lambda names: sd.jvp("x*y", names, [1, 1, 1]),
        lambda names: sd.vjp("x*y", names, 1),
        lambda names: sd.hvp("x*y", names, [1, 1, 1]),
        lambda names: sd.directional("x*y", names, [1, 1, 1]),
    ],
)
def test_a_variable_named_twice_is_refused_in_a_sentence(call: Callable[[list[str]], Any]) -> None:
    with pytest.raises(sd.SymdiffError, match="twice"):
        call(["x", "y", "x"])


@pytest.mark.parametrize(
    "call",
    [
        lambda: sd.jacobian("x*y", ["x"]),
        lambda: sd.jacobian(sd.parse("x*y"), ["x"]),
        lambda: sd.jacobian(["x +"], ["x"]),
        lambda: sd.jacobian(["x"], ["x + 1"]),
        lambda: sd.jacobian(["x"], ["pi"]),
        lambda: sd.hessian("x*", ["x"]),
        lambda: sd.hessian("x", ["2"]),
    ],
)
def test_what_is_no_list_of_formulas_or_variables_is_refused(call: Callable[[], Any]) -> None:
    with pytest.raises(sd.SymdiffError) as refusal:
        call()
    assert len(str(refusal.value).split()) >= 5


UNKNOWN = [
    # outputs, variables whose derivatives are known
    (["besselj(n, x)*y", "x*y"], ["x", "y"]),
    (["besselj(n, x) + n", "n*y"], ["x", "y"]),
    (["piecewise(besselj(n, x) > 0, n*x, x)", "n + x"], ["n", "x"]),
    (["sin(besselj(n, x)*y)", "cos(besselj(n, x)*y)", "y*exp(y*besselj(n, x))"], ["y"]),
    ([f"z^{k}*sin(besselj(n, x) + y*z)" for k in range(2, 9)], ["x", "y", "z"]),
]


@pytest.mark.parametrize("way", ["plan", "forward", "reverse", "elimination"])
@pytest.mark.parametrize(("outputs", "known"), UNKNOWN)
def test_a_derivative_that_nobody_knows_is_asked_for_only_where_it_is_needed(
    outputs: list[str], known: list[str], way: str
) -> None:
    if way == "elimination" and any("piecewise" in f for f in outputs):
        pytest.skip("elimination is for groups without pieces")
    exprs = [sd.parse(f) for f in outputs]

    def call(names: list[str]) -> Placed:
        return entries(sparse(exprs, names)) if way == "plan" else by_way(exprs, names, way)

    found = call(known)
    at = {"n": 1.0, "x": 0.5, "y": 0.75, "z": 1.25}
    for (i, k), d in found.items():
        values = numbers([d, sd.diff(exprs[i], known[k], simplify=False)], at)
        assert values[0] == pytest.approx(values[1], rel=1e-9)
    if "n" not in known:
        with pytest.raises(sd.SymdiffError, match="besselj"):
            call(["n", *known])


@pytest.mark.parametrize("way", ["plan", "forward", "reverse"])
def test_a_branch_that_is_undefined_elsewhere_spoils_nothing(way: str) -> None:
    outputs = [
        sd.parse(f)
        for f in (
            "piecewise(x > 0, log(x)*y, x*y)",
            "sin(piecewise(x > 0, sqrt(x), sqrt(-x))*y)",
            "piecewise(y > 1, piecewise(x > 0, log(x), log(-x)), log(1 - y))*x",
        )
    ]
    names = ["x", "y"]
    found = entries(sparse(outputs, names)) if way == "plan" else by_way(outputs, names, way)
    exact: list[tuple[dict[str, float], list[list[float]]]] = []
    for x, y in ((0.5, 2.0), (-0.5, 2.0), (-0.5, 0.25)):
        r, side = math.sqrt(abs(x)), math.copysign(1, x)
        first = [y / x, math.log(x)] if x > 0 else [y, x]
        second = [math.cos(r * y) * y * side / (2 * r), math.cos(r * y) * r]
        third = [math.log(abs(x)) + 1, 0.0] if y > 1 else [math.log(1 - y), -x / (1 - y)]
        exact.append(({"x": x, "y": y}, [first, second, third]))
    for at, rows in exact:
        expected = {(i, k): v for i, row in enumerate(rows) for k, v in enumerate(row)}
        assert not differ(values_of(found, at), expected)


def test_no_true_non_zero_is_missing_from_a_pattern() -> None:
    """Random sparse systems whose dependence is known by construction, and seen in values."""
    draw = random.Random(7)
    functions = ["sin({})", "exp({}/4)", "({})^2", "sqrt(3 + ({})^2)", "1/(3 + ({})^2)", "atan({})"]
    for _ in range(30 if COMPILED else 8):
        names = [f"x{k}" for k in range(draw.randrange(1, 9))]
        parts: list[tuple[str, set[str]]] = [(n, {n}) for n in names]
        for _ in range(draw.randrange(2, 25)):
            (a, in_a), (b, in_b) = draw.choice(parts), draw.choice(parts)
            inside = draw.choice([f"{a} + {b}/7", f"({a})*({b} + 3)", f"{a} - 2*({b})/9"])
            if len(inside) < 400:
                parts.append((draw.choice(functions).format(inside), in_a | in_b))
        chosen = [draw.choice(parts) for _ in range(draw.randrange(1, 12))]
        outputs = [sd.parse(f) for f, _ in chosen]
        found = sparse(outputs, names)
        at = {n: draw.uniform(0.3, 1.7) for n in names}
        for way in ("forward", "reverse", "elimination"):
            assert set(by_way(outputs, names, way)) == set(found.coordinates)
        values = dict(zip(found.coordinates, numbers(list(found.values), at), strict=True))
        for i, (_, inside) in enumerate(chosen):
            assert {names[k] for r, k in found.coordinates if r == i} <= inside
            for k, name in enumerate(names):
                (d,) = numbers([sd.diff(outputs[i], name, simplify=False)], at)
                assert values.get((i, k), 0.0) == pytest.approx(d, rel=1e-9, abs=1e-12)


# ---------------------------------------------------------------- which way costs least


def bottleneck(ends: int, links: int) -> tuple[list[Expr], list[str]]:
    """So many inputs in a sum, a chain of links, so many outputs."""
    names = [f"x{k}" for k in range(ends)]
    u = sd.parse(" + ".join(f"sin({k + 2}*{n})" for k, n in enumerate(names)))
    for _ in range(links):
        u = sd.sin(u)
    return [sd.cos(u * k) for k in range(1, ends + 1)], names


@pytest.mark.parametrize("ends", [5, 20])
def test_a_bottleneck_is_eliminated(ends: int) -> None:
    """Through a chain of L links between n inputs and n outputs: n*L for a sweep, n*n + L eliminated."""
    outputs, names = bottleneck(ends, 30)
    J = sparse(outputs, names)
    swept = [size(list(by_way(outputs, names, way).values())) for way in ("forward", "reverse")]
    assert len(J.values) == ends**2
    assert size(J.values) < 0.75 * min(swept)
    assert size(J.values) <= 3 * 30 + 10 * ends + 2 * ends**2  # links; ends; a product and its number
    at = {n: 0.25 + k / 64 for k, n in enumerate(names)}
    a, b = numbers([J.values[0], sd.diff(outputs[0], names[0], simplify=False)], at)
    assert a == pytest.approx(b, rel=1e-9)


@pytest.mark.parametrize(
    ("outputs", "names"),
    [
        (["sin(x*y)*z + exp(x*z)"], "x y z"),
        ([f"sin(x)^{k}*exp({k}*x)" for k in range(1, 9)], "x"),
        ([f"sin({k}*x*y*z + {k})*x/(y^2 + z^2 + {k})" for k in range(1, 12)], "x y z"),
        (["tanh(a*x + b*y + c*z + d)*p + tanh(e1*x + f*y + g*z + h)*q"], "a b c d e1 f g h p q x y z"),
    ],
)
def test_the_plan_costs_about_as_much_as_the_better_sweep(outputs: list[str], names: str) -> None:
    exprs, xs = [sd.parse(f) for f in outputs], names.split()
    taken = size(sparse(exprs, xs).values)
    forward, reverse = (size(list(by_way(exprs, xs, way).values())) for way in ("forward", "reverse"))
    assert taken <= 1.1 * min(forward, reverse)


def test_the_sparse_hessian_of_rosenbrock() -> None:
    n = 10_000 if COMPILED else 300
    names = [f"x{k}" for k in range(n)]
    f = sd.parse(" + ".join(f"100*({b} - {a}^2)^2 + (1 - {a})^2" for a, b in itertools.pairwise(names)))
    H = sd.hessian(f, names, sparse=True, simplify=False)
    band = [(i, j) for i in range(n) for j in (i - 1, i, i + 1) if 0 <= j < n]
    assert H.coordinates == band
    assert all(H[i, j] is H[j, i] for i, j in band[::97])
    x = [(0.5, -1.25, 1.5, 0.75)[k % 4] for k in range(n)]
    exact = {}
    for i in range(n):
        exact[i, i] = (200 if i else 0) + (1200 * x[i] ** 2 - 400 * x[i + 1] + 2 if i < n - 1 else 0)
        if i < n - 1:
            exact[i, i + 1] = exact[i + 1, i] = -400 * x[i]
    sampled = range(0, len(band), max(1, len(band) // 3_000))
    at = dict(zip(names, x, strict=True))
    for k in sampled:
        value = float(sd.evaluate(H.values[k], {s: at[s] for s in H.values[k].symbols}))
        assert value == pytest.approx(exact[band[k]], rel=1e-12)


def test_a_long_entry_is_simplified_by_rules_alone() -> None:
    names = ["x0", "x1", "x2"]
    f = names
    for rows in (8, 1):
        terms = [[f"{(3 * i + 5 * j) % 7 - 3}/4*{u}" for j, u in enumerate(f)] for i in range(rows)]
        f = [f"tanh({' + '.join(row)})" for row in terms]
    raw, found = (sd.hessian(f[0], names, sparse=True, simplify=simplify) for simplify in (False, True))
    assert min(e.size for e in raw.values) > 2_000
    gradient = simplify_all(sd.gradient(f[0], names, simplify=False), effort=0)
    expected = sd.jacobian(gradient, names, sparse=True, simplify=False).lower()
    assert list(found.lower().values) == simplify_all(expected.values, effort=0)


# ---------------------------------------------------------------- a forward pass


SYSTEMS = (
    ["sin(x*y)*z", "exp(x*y) + y^3", "log(x + 2*z)", "tan(x*y*z)"],
    ["piecewise(x > 0, x*y, sin(y))", "sin(y)*x", "exp(sin(y)) + x^2*z", "z"],
    ["0.1*(0.7*x + 0.3*y)", "integral(exp(-t^2*x), t, 0, y)", "(0.7*x + 0.3*y)^2", "3"],
)


@pytest.mark.parametrize("formulas", SYSTEMS)
def test_a_forward_pass_over_more_than_its_roots_need_makes_nothing_more(formulas: list[str]) -> None:
    exprs = [parse(text) for text in formulas]
    with session() as s:
        names = list(dict.fromkeys(name for e in exprs for name in e.symbols))
        variables = vec[i32]([i32(x) for x in s.symbols(names)])
        for some in (exprs[:1], exprs[1:3], exprs[2:], exprs[::2]):
            roots = vec[i32]([i32(e.id) for e in some])
            alone, among = Entries(), Entries()
            forward_rows(s, walk.reach(s, roots), roots, variables, {}, alone)
            before = s.n
            ids = walk.reach(s, vec[i32]([i32(e.id) for e in exprs]))
            forward_rows(s, ids, roots, variables, {}, among, True)
            assert s.n == before
            assert list(among.ends) == list(alone.ends)
            assert list(among.derivatives()) == list(alone.derivatives())
            assert list(among.columns[: among.used]) == list(alone.columns[: alone.used])


def test_products_of_numbers_at_hand_are_the_products() -> None:
    source = random.Random(5)
    s = Store()
    some = (0, 1, -1, 2, 7, 15, 10**20, -(3**50), 2**70 * 5)
    below = (1, 3, 11, 14, 17, 26, 49, 58, 95, 999, 1024, 10**15, 7**30)
    nodes = [int(number(s, p, q, d)) for p in some for q in below for d in (False, True)]
    assert max(nodes) > 2 * PRODUCTS  # so that pairs with one factor in common meet in one place
    products = s.zeros(3 * PRODUCTS)
    for _ in range(4_000):
        a, b = source.choices(nodes, k=2)
        (p, q, d), (r, u, e) = s.value(a), s.value(b)
        assert product_at_hand(s, products, a, b) == mul_numbers(s, a, b) == number(s, p * r, q * u, d or e)
