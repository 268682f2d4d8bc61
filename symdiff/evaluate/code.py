"""Source code in other languages: a program, printed by the language's table.

In: a `Program` and a language.  Out: the text of one function, all outputs together, each value named once.
Names in it are generated (v0, t17), whatever the variables are called; a comment, or the columns of a table,
say which is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from symdiff.errors import SymdiffError
from symdiff.evaluate.backends import definition, nowhere
from symdiff.evaluate.languages import LANGUAGES, Language, Text, literal
from symdiff.evaluate.program import CALL, REAL, Binder, Program, to_float
from symdiff.expr import Expr

#: Letters, digits, _ and $: nothing that could end a comment or a quoted name.
NAME = re.compile(r"[\w$]+")


def code(
    outputs: object, language: str, vars: str | Iterable[str | Expr] | None = None, name: str = "f"
) -> str:
    """Source code of formulas as one function of `vars`, in another language.

    outputs: a formula or a list, as `compile` takes them.  language: "c", "c++", "rust", "javascript",
    "julia", "fortran", "numpy", "polars", "sql" (DuckDB's) or "spark".  name: of the function; SQL reads a
    table called `data`.  Several outputs come one after another, common parts once.
    Raises SymdiffError for an unknown language, and for a function that the language has not.

    >>> print(code("exp(-x^2)", "javascript"), end="")
    // v0 = x
    function f(v0) {
      const t0 = v0*v0;
      const t1 = -t0;
      const t2 = Math.exp(t1);
      return t2;
    }
    """
    from symdiff.evaluate.compiled import compile_formulas

    return written(compile_formulas(outputs, vars).program, language, name)


def written(program: Program, language: str, name: str = "f") -> str:
    """A program in a language."""
    found = LANGUAGES.get(language.lower()) if isinstance(language, str) else None
    if found is None:
        close = get_close_matches(str(language).lower(), LANGUAGES, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(LANGUAGES)}"
        raise SymdiffError(f"there is no language {language}; {hint}")
    if not (name.isascii() and name.isidentifier()):
        raise SymdiffError(f"{name!r} is not the name of a function")
    for variable in program.inputs:
        if not NAME.fullmatch(variable):  # it stands in a comment, or names a column
            raise SymdiffError(f"{variable!r} is not the name of a variable")
    text = Text(name, [f"v{i}" for i in range(len(program.inputs))], program.inputs)
    for value, condition in _run(found, text, program, text.inputs):
        if condition and found.real_outputs:
            value = _let(found, text, found.operations[REAL].format(value), [value], False)
        text.outputs.append(value)
    return found.text(text)


def _run(language: Language, text: Text, program: Program, inputs: Sequence[str]) -> list[tuple[str, bool]]:
    """Append the lines of a program; its outputs, and whether they are conditions."""
    names = [*inputs, *(literal(language, to_float(p, q)) for p, q in program.constants)]
    names += [""] * (program.registers - len(names))
    for op, dst, operands in program.instructions():
        values = [names[r] for r in operands]
        if op < CALL:
            template = language.operations[op]
        else:
            function = program.functions[op - CALL]
            template = language.functions.get(str(function), "")
            if not template:
                inner = None if isinstance(function, Binder) else definition(function)
                if inner is None:
                    raise nowhere(str(function), language.name)
                names[dst] = _run(language, text, inner, values)[0][0]
                continue
        names[dst] = _let(language, text, template.format(*values), values, program.boolean[dst] == 1)
    return [(names[r], program.boolean[r] == 1) for r in program.outputs]


def _let(language: Language, text: Text, value: str, operands: Sequence[str], condition: bool) -> str:
    """The name of a new value."""
    name = f"t{len(text.declared)}"
    text.declared.append((name, condition))
    text.depth[name] = 1 + max((text.depth.get(v, 0) for v in operands), default=0)
    text.lines.append((language.boolean if condition else language.let).format(name, value))
    return name
