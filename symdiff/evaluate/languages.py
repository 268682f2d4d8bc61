"""One table for each language that `code` writes: how it spells operations, functions, numbers, a function.

A function that is missing from a table is written by its record's definition, in the same language; without
one it is refused.  `min`, `max` and `sign` hand a nan on, as everywhere in symdiff, which fmin does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from symdiff.errors import SymdiffError

#: How the 18 operations read in most languages, in the order of `program.py`.
INFIX = (
    "{0} + {1}", "{0} - {1}", "{0}*{1}", "{0}/{1}", "-{0}", "sqrt({0})", "pow({0}, {1})",
    "{0} < {1}", "{0} <= {1}", "{0} > {1}", "{0} >= {1}", "{0} == {1}", "{0} != {1}",
    "{0} && {1}", "{0} || {1}", "!{0}", "{0} ? {1} : {2}", "{0} ? 1.0 : 0.0",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Language:
    """name: for people.  operations: templates by operation.  functions: templates by record; what is not
    there is written by its definition.  number: a finite float.  constants: inf, -inf and nan.  let: the line
    that names a value, (name, value), and boolean the one that names a condition.  comment: of a line.
    text: puts all together from the function's name, the inputs' names and columns, lines, declared names
    (True for conditions), outputs.
    """

    name: str
    operations: tuple[str, ...]
    functions: Mapping[str, str]
    constants: tuple[str, str, str]
    let: str
    boolean: str
    text: Callable[[Text], str]
    number: Callable[[float], str] = repr
    real_outputs: bool = False


@dataclass(slots=True)
class Text:
    """What one function is made of."""

    function: str
    inputs: list[str]
    columns: Sequence[str]
    lines: list[str] = field(default_factory=list)
    declared: list[tuple[str, bool]] = field(default_factory=list)
    depth: dict[str, int] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    def meaning(self, comment: str) -> str:
        """A line that says which input is which variable."""
        pairs = ", ".join(f"{v} = {name}" for v, name in zip(self.inputs, self.columns, strict=True))
        return f"{comment} {pairs or 'no inputs'}\n"

    def body(self, indent: str) -> str:
        return "".join(f"{indent}{line}\n" for line in self.lines)

    def listed(self) -> str:
        """The outputs, in brackets where there are several."""
        return self.outputs[0] if len(self.outputs) == 1 else f"[{', '.join(self.outputs)}]"


def _same(names: str, template: str = "{name}({{0}})") -> dict[str, str]:
    return {name: template.format(name=name) for name in names.split()}


def _operations(**changes: str) -> tuple[str, ...]:
    names = "add sub mul div neg sqrt pow lt le gt ge eq ne both either no select real".split()
    found = dict(zip(names, INFIX, strict=True)) | changes
    return tuple(found.values())


_SIGN = "({0} > 0 ? 1.0 : {0} < 0 ? -1.0 : {0})"
_MIN = "({0} < {1} || {0} != {0} ? {0} : {1})"
_MAX = "({0} > {1} || {0} != {0} ? {0} : {1})"
_CIRCULAR = "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh"
_PI = "3.141592653589793"


# ------------------------------------------------------------ C and its relatives


def _c(text: Text) -> str:
    parameters = [f"double {v}" for v in text.inputs]
    if len(text.outputs) == 1:
        head, end = (
            f"double {text.function}({', '.join(parameters) or 'void'})",
            [f"return {text.outputs[0]};"],
        )
    else:
        head = f"void {text.function}({', '.join([*parameters, f'double out[{max(1, len(text.outputs))}]'])})"
        end = [f"out[{i}] = {value};" for i, value in enumerate(text.outputs)]
    body = text.body("    ") + "".join(f"    {line}\n" for line in end)
    return f"#include <math.h>\n\n{text.meaning('//')}{head}\n{{\n{body}}}\n"


_C_FUNCTIONS = {
    **_same(f"exp log log2 log10 log1p expm1 cbrt floor ceil erf erfc lgamma {_CIRCULAR}"),
    **_same("atan2 hypot", "{name}({{0}}, {{1}})"),
    "pi": _PI, "abs": "fabs({0})", "round": "nearbyint({0})", "gamma": "tgamma({0})",
    "sign": _SIGN, "min": _MIN, "max": _MAX,
    "mod": "fmod({0}, {1})*{1} < 0 ? fmod({0}, {1}) + {1} : fmod({0}, {1})",
}  # fmt: skip
C = Language(
    "C", INFIX, _C_FUNCTIONS, ("INFINITY", "-INFINITY", "NAN"), "const double {0} = {1};",
    "const int {0} = {1};", _c,
)  # fmt: skip


def _cpp(text: Text) -> str:
    return _c(text).replace("#include <math.h>\n", "#include <cmath>\n\nusing namespace std;\n", 1)


CPP = Language("C++", INFIX, _C_FUNCTIONS, C.constants, C.let, "const bool {0} = {1};", _cpp)


def _rust(text: Text) -> str:
    parameters = ", ".join(f"{v}: f64" for v in text.inputs)
    kind = "f64" if len(text.outputs) == 1 else f"[f64; {len(text.outputs)}]"
    return (
        f"{text.meaning('//')}pub fn {text.function}({parameters}) -> {kind} {{\n{text.body('    ')}"
        f"    {text.listed()}\n}}\n"
    )


_RUST_IF = "if {0} {{ {1} }} else {{ {2} }}"
RUST = Language(
    "Rust",
    _operations(
        sqrt="{0}.sqrt()", pow="{0}.powf({1})", select=_RUST_IF, real="if {0} {{ 1.0 }} else {{ 0.0 }}"
    ),
    {
        **_same(f"exp log2 log10 cbrt floor ceil abs {_CIRCULAR}", "{{0}}.{name}()"),
        **_same("atan2 hypot", "{{0}}.{name}({{1}})"),
        "log": "{0}.ln()", "log1p": "{0}.ln_1p()", "expm1": "{0}.exp_m1()", "pi": f"{_PI}_f64",
        "round": "{0}.round_ties_even()",
        "mod": "if ({0} % {1})*{1} < 0.0 {{ {0} % {1} + {1} }} else {{ {0} % {1} }}",
        "sign": "if {0} > 0.0 {{ 1.0 }} else if {0} < 0.0 {{ -1.0 }} else {{ {0} }}",
        "min": "if {0} < {1} || {0}.is_nan() {{ {0} }} else {{ {1} }}",
        "max": "if {0} > {1} || {0}.is_nan() {{ {0} }} else {{ {1} }}",
    },
    ("f64::INFINITY", "(-f64::INFINITY)", "f64::NAN"), "let {0} = {1};", "let {0} = {1};", _rust,
    number=lambda x: f"{x!r}_f64", real_outputs=True,
)  # fmt: skip


def _javascript(text: Text) -> str:
    return (
        f"{text.meaning('//')}function {text.function}({', '.join(text.inputs)}) {{\n{text.body('  ')}"
        f"  return {text.listed()};\n}}\n"
    )


JAVASCRIPT = Language(
    "JavaScript",
    _operations(sqrt="Math.sqrt({0})", pow="Math.pow({0}, {1})", eq="{0} === {1}", ne="{0} !== {1}"),
    {
        **_same(f"exp log log2 log10 log1p expm1 cbrt floor ceil abs {_CIRCULAR}", "Math.{name}({{0}})"),
        **_same("atan2 hypot", "Math.{name}({{0}}, {{1}})"),
        "pi": "Math.PI", "sign": "Math.sign({0})", "min": "Math.min({0}, {1})", "max": "Math.max({0}, {1})",
        "mod": "({0} % {1})*{1} < 0 ? {0} % {1} + {1} : {0} % {1}",
    },
    ("Infinity", "(-Infinity)", "NaN"), "const {0} = {1};", "const {0} = {1};", _javascript,
)  # fmt: skip


# ------------------------------------------------------------ Julia and Fortran


def _julia(text: Text) -> str:
    values = text.outputs[0] if len(text.outputs) == 1 else f"({', '.join(text.outputs)},)"
    head = f"function {text.function}({', '.join(text.inputs)})"
    return f"{text.meaning('#')}{head}\n{text.body('    ')}    return {values}\nend\n"


_WITHIN = "(abs({{0}}) <= 1 ? {name}({{0}}) : NaN)"
JULIA = Language(
    "Julia",
    _operations(
        sqrt="({0} >= 0 ? sqrt({0}) : NaN)", real="({0} ? 1.0 : 0.0)",
        pow="({0} < 0 && isfinite({1}) && {1} != floor({1}) ? NaN : {0}^{1})",
    ),
    {
        **_same("exp expm1 cbrt floor ceil atan sinh cosh tanh asinh abs sign"),
        **_same("sin cos tan", "(isfinite({{0}}) ? {name}({{0}}) : NaN)"),
        **_same("log log2 log10", "({{0}} >= 0 ? {name}({{0}}) : NaN)"),
        **_same("asin acos atanh", _WITHIN),
        **_same("min max hypot", "{name}({{0}}, {{1}})"),
        "log1p": "({0} >= -1 ? log1p({0}) : NaN)", "acosh": "({0} >= 1 ? acosh({0}) : NaN)",
        "atan2": "atan({0}, {1})", "pi": _PI, "round": "round({0})", "mod": "mod({0}, {1})",
    },
    ("Inf", "(-Inf)", "NaN"), "{0} = {1}", "{0} = {1}", _julia,
)  # fmt: skip


def _fortran(text: Text) -> str:
    def wrapped(words: list[str]) -> str:
        rows = [", ".join(words[i : i + 8]) for i in range(0, len(words), 8)]
        return ", &\n    ".join(rows)

    def declared(kind: str, names: list[str]) -> str:
        return f"  {kind} :: {wrapped(names)}\n" if names else ""

    values = "".join(f"  out({i}) = {value}\n" for i, value in enumerate(text.outputs, 1))
    return (
        f"{text.meaning('!')}pure subroutine {text.function}({wrapped([*text.inputs, 'out'])})\n"
        "  use, intrinsic :: ieee_arithmetic\n  implicit none\n  integer, parameter :: dp = kind(1d0)\n"
        + declared("real(dp), intent(in)", text.inputs)
        + f"  real(dp), intent(out) :: out({len(text.outputs)})\n"
        + declared("real(dp)", [name for name, boolean in text.declared if not boolean])
        + declared("logical", [name for name, boolean in text.declared if boolean])
        + f"{text.body('  ')}{values}end subroutine {text.function}\n"
    )


_FLOOR = "(aint({0}) - merge(1.0_dp, 0.0_dp, aint({0}) > {0}))"
FORTRAN = Language(
    "Fortran",
    _operations(
        pow="{0}**{1}", ne="{0} /= {1}", both="{0} .and. {1}", either="{0} .or. {1}", no=".not. {0}",
        select="merge({1}, {2}, {0})", real="merge(1.0_dp, 0.0_dp, {0})", eq="{0} == {1}",
    ),
    {
        **_same(f"exp log log10 erf erfc gamma abs {_CIRCULAR}"),
        **_same("atan2 hypot", "{name}({{0}}, {{1}})"),
        "lgamma": "log_gamma({0})", "pi": f"{_PI}_dp", "floor": _FLOOR,
        "log2": "log({0})/log(2.0_dp)", "mod": "modulo({0}, {1})",
        "sign": "merge({0}, sign(1.0_dp, {0}), {0} == 0 .or. ieee_is_nan({0}))",
        "min": "merge({0}, {1}, {0} < {1} .or. ieee_is_nan({0}))",
        "max": "merge({0}, {1}, {0} > {1} .or. ieee_is_nan({0}))",
    },
    ("ieee_value(1.0_dp, ieee_positive_inf)", "ieee_value(1.0_dp, ieee_negative_inf)",
     "ieee_value(1.0_dp, ieee_quiet_nan)"),
    "{0} = {1}", "{0} = {1}", _fortran, number=lambda x: f"{x!r}_dp", real_outputs=True,
)  # fmt: skip


# ------------------------------------------------------------ arrays and tables


def _python(text: Text) -> str:
    return f"def {text.function}({', '.join(text.inputs)}):\n{text.body('    ')}    return {text.listed()}\n"


def _numpy(text: Text) -> str:
    body = _python(text)
    special = "from scipy import special\n" if "special." in body else ""
    return f"import numpy as np\n{special}\n\n{text.meaning('#')}{body}"


NUMPY = Language(
    "NumPy",
    _operations(
        sqrt="np.sqrt({0})", pow="np.power({0}, {1})", both="np.logical_and({0}, {1})",
        either="np.logical_or({0}, {1})", no="np.logical_not({0})", select="np.where({0}, {1}, {2})",
        real="np.where({0}, 1.0, 0.0)",
    ),
    {
        **_same("exp log log2 log10 log1p expm1 cbrt floor ceil abs sign sin cos tan sinh cosh tanh hypot",
                "np.{name}({{0}})"),
        **{f"a{name}": f"np.arc{name}({{0}})" for name in "sin cos tan sinh cosh tanh".split()},
        **_same("erf erfc gamma digamma", "special.{name}({{0}})"),
        "hypot": "np.hypot({0}, {1})", "atan2": "np.arctan2({0}, {1})", "pi": "np.pi",
        "round": "np.rint({0})", "lgamma": "special.gammaln({0})", "mod": "np.mod({0}, {1})",
        "min": "np.minimum({0}, {1})", "max": "np.maximum({0}, {1})", "sigmoid": "special.expit({0})",
    },
    ("np.inf", "(-np.inf)", "np.nan"), "{0} = {1}", "{0} = {1}", _numpy,
)  # fmt: skip


def _polars(text: Text) -> str:
    inputs = [f'{v}=pl.col("{name}")' for v, name in zip(text.inputs, text.columns, strict=True)]
    values = ", ".join(f'{value}.alias("f{i}")' for i, value in enumerate(text.outputs))
    return (
        f"import polars as pl\n\n\ndef {text.function}({', '.join(inputs)}):\n{text.body('    ')}"
        f"    return [{values}]\n"
    )


_POLARS_IF = "pl.when({0}).then({1}).otherwise({2})"
POLARS = Language(
    "Polars",
    _operations(
        sqrt="{0}.sqrt()", pow="{0}.pow({1})", both="{0} & {1}", either="{0} | {1}", no="~{0}",
        select=_POLARS_IF, real="{0}.cast(pl.Float64)",
    ),
    {
        **_same("exp log log1p cbrt floor ceil abs sign sin cos tan sinh cosh tanh", "{{0}}.{name}()"),
        **{f"a{name}": f"{{0}}.arc{name}()" for name in "sin cos tan sinh cosh tanh".split()},
        "log2": "{0}.log(2)", "log10": "{0}.log10()", "pi": f"pl.lit({_PI})",
        "atan2": "pl.arctan2({0}, {1})", "mod": "{0} - {1}*({0}/{1}).floor()",
        "hypot": "({0}*{0} + {1}*{1}).sqrt()",
        "min": _POLARS_IF.format("({0} < {1}) | {0}.is_nan()", "{0}", "{1}"),
        "max": _POLARS_IF.format("({0} > {1}) & {1}.is_not_nan() | {0}.is_nan()", "{0}", "{1}"),
    },
    ('pl.lit(float("inf"))', 'pl.lit(float("-inf"))', 'pl.lit(float("nan"))'), "{0} = {1}", "{0} = {1}",
    _polars, number=lambda x: f"pl.lit({x!r})",
)  # fmt: skip


def _sql(text: Text) -> str:
    """Common table expressions, one for each depth: no dialect needs aliases of the same SELECT."""
    known: dict[str, str] = {}
    for name in text.columns:
        if known.setdefault(name.casefold(), name) != name:
            raise SymdiffError(f"SQL takes {known[name.casefold()]} and {name} for one column; rename one")
    columns = [f'CAST("{name}" AS DOUBLE) AS {v}' for v, name in zip(text.inputs, text.columns, strict=True)]
    levels: dict[int, list[str]] = {}
    for (name, _), line in zip(text.declared, text.lines, strict=True):
        levels.setdefault(text.depth[name], []).append(line)
    tables = [f"s0 AS (SELECT {', '.join(columns) or '0 AS none'} FROM data)"]
    for k, depth in enumerate(sorted(levels), 1):
        tables.append(f"s{k} AS (SELECT *,\n    " + ",\n    ".join(levels[depth]) + f"\n  FROM s{k - 1})")
    values = ", ".join(f"{value} AS f{i}" for i, value in enumerate(text.outputs))
    return "WITH " + ",\n".join(tables) + f"\nSELECT {values} FROM s{len(levels)}\n"


_CASE = "CASE WHEN {0} THEN {1} ELSE {2} END"


def _guarded(name: str, condition: str, nan: str) -> str:
    return _CASE.format(condition, name + "({0})", nan)


def _dialect(
    title: str,
    nan: str,
    number: Callable[[float], str],
    more: Mapping[str, str],
    inf: str,
    text: Callable[[Text], str] = _sql,
) -> Language:
    return Language(
        title,
        _operations(
            sqrt=_guarded("sqrt", "{0} >= 0", nan), pow="power({0}, {1})", eq="{0} = {1}", ne="{0} <> {1}",
            both="{0} AND {1}", either="{0} OR {1}", no="NOT {0}", select=_CASE, neg="-({0})",
            real="CAST({0} AS DOUBLE)",
        ),
        {
            **_same("exp cbrt floor ceil abs sign sin cos tan atan sinh cosh tanh asinh"),
            **{name: _guarded(name, "abs({0}) <= 1", nan) for name in ("asin", "acos")},
            "acosh": _guarded("acosh", "{0} >= 1", nan), "atanh": _guarded("atanh", "abs({0}) < 1", nan),
            **{
                name: f"CASE WHEN {{0}} > 0 THEN {own}({{0}}) WHEN {{0}} = 0 THEN -{inf} ELSE {nan} END"
                for name, own in (("log", "ln"), ("log2", "log2"), ("log10", "log10"))
            },
            "atan2": "atan2({0}, {1})", "pi": number(3.141592653589793),
            "min": "least({0}, {1})", "max": "greatest({0}, {1})", "mod": "{0} - {1}*floor({0}/{1})",
            **more,
        },
        (inf, f"-{inf}", nan), "{1} AS {0}", "{1} AS {0}", text, number=number,
    )  # fmt: skip


# Kahan's: what 1 + x loses is divided out again.
_LOG1P = (
    "CASE WHEN {0} <= -1 THEN CAST('nan' AS DOUBLE) WHEN 1 + {0} = 1 THEN {0} "
    "ELSE ln(1 + {0})*{0}/((1 + {0}) - 1) END"
)
_EXPM1 = (
    "CASE WHEN abs({0}) > 1 THEN exp({0}) - 1 WHEN exp({0}) = 1 THEN {0} "
    "ELSE (exp({0}) - 1)*{0}/ln(exp({0})) END"
)
DUCKDB = _dialect(
    "DuckDB's SQL", "CAST('nan' AS DOUBLE)", lambda x: repr(x) if "e" in repr(x) else f"{x!r}e0",
    {"log1p": _LOG1P, "expm1": _EXPM1, "hypot": "sqrt({0}*{0} + {1}*{1})", "round": "round_even({0}, 0)"},
    "CAST('inf' AS DOUBLE)",
)  # fmt: skip


def _spark(text: Text) -> str:
    return _sql(text).replace('"', "`")  # Spark quotes names so, and nothing else here is quoted by "


SPARK = _dialect(
    "Spark's SQL", "double('NaN')", lambda x: f"{x!r}D",
    {"log1p": "log1p({0})", "expm1": "expm1({0})", "hypot": "hypot({0}, {1})", "round": "rint({0})"},
    "double('Infinity')", _spark,
)  # fmt: skip

#: By what callers say.
LANGUAGES: dict[str, Language] = {
    "c": C, "c++": CPP, "cpp": CPP, "rust": RUST, "javascript": JAVASCRIPT, "js": JAVASCRIPT,
    "julia": JULIA, "fortran": FORTRAN, "numpy": NUMPY, "python": NUMPY, "polars": POLARS,
    "sql": DUCKDB, "duckdb": DUCKDB, "spark": SPARK,
}  # fmt: skip


def literal(language: Language, value: float) -> str:
    """A float in the language, in parentheses where it is negative."""
    if isfinite(value):
        text = language.number(abs(value))
        return f"({language.operations[4].format(text)})" if value < 0 else text
    infinite, negative, nan = language.constants
    return nan if value != value else infinite if value > 0 else negative
