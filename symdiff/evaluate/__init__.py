"""Evaluation: formulas to straight-line programs, programs to functions of numbers and arrays.

`compile` (also called `lambdify`) makes a function, `evaluate` gives one value.  `program.py` holds the code,
and every target that runs or prints it is one file beside it.
"""

from __future__ import annotations

from symdiff.evaluate.compiled import Compiled
from symdiff.evaluate.compiled import compile_formulas as compile
from symdiff.evaluate.value import evaluate

lambdify = compile

__all__ = ["Compiled", "compile", "evaluate", "lambdify"]
