"""The ways to a derivative side by side: what each says, beside the truth."""

from __future__ import annotations

import json
import math
from importlib.util import find_spec
from pathlib import Path

import pytest

import symdiff as sd
from symdiff.check.methods import Row


def rows(f: str, at: object, variable: str | None = None) -> dict[str, Row]:
    return {row.method: row for row in sd.compare(f, variable, at=at).rows}


def test_every_method_is_as_good_as_it_can_be() -> None:
    found = rows("sin(x)*exp(-x^2)", 1)
    truth = math.exp(-1) * (math.cos(1) - 2 * math.sin(1))
    for row in found.values():
        assert abs(abs(row.value - truth) - row.error) < 1e-15, row
    assert 1e-10 < found["forward difference"].error < 1e-7
    assert 1e-13 < found["central difference"].error < 1e-9
    for name in ("complex step", "dual numbers", "symbolic", "ball"):
        assert found[name].error < 1e-15
    for name in ("Richardson", "ball"):
        claimed = found[name].claimed
        assert claimed is not None
        assert found[name].error <= claimed
    assert [found[name].calls for name in ("forward difference", "complex step", "symbolic")] == [2, 1, 0]


def test_the_errors_of_differences_over_the_step_make_a_v() -> None:
    sweep = sd.compare("exp(x)", "x", at=1).sweep
    steps, forward, central = zip(*sweep, strict=True)
    assert list(steps) == sorted(steps, reverse=True)
    for errors, low in ((forward, 1e-7), (central, 1e-9)):
        best = min(range(len(errors)), key=errors.__getitem__)
        assert errors[best] < low
        assert errors[0] > 0.1  # cut off
        assert errors[-1] > 0.1  # rounded
        assert all(errors[k] > 5 * errors[k + 2] for k in range(best - 6, best - 4))
    assert min(central) < min(forward)
    assert abs(math.log10(forward[8] / forward[6]) + 1) < 0.1  # the error of one falls as h,
    assert abs(math.log10(central[8] / central[6]) + 2) < 0.1  # of the other as h^2


def test_what_methods_say_where_there_is_no_slope() -> None:
    found = sd.compare("abs(x)", "x", at=0)
    said = {row.method: row for row in found.rows}
    assert found.exact.verdict == "not differentiable"
    assert (said["forward difference"].value, said["central difference"].value) == (1, 0)
    assert all(row.error == math.inf for row in found.rows)
    assert found.sweep == ()
    with pytest.raises(sd.SymdiffError, match="there is no slope"):
        found.plot()


def test_what_methods_say_at_a_hole() -> None:
    said = rows("(1 - cos(x))/x", 0)
    assert said["ball"].value == 0.5
    assert math.isnan(said["symbolic"].value)
    assert math.isnan(said["dual numbers"].value)


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_torch_and_jax_take_part_where_they_are_installed(name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    for f, at in (
        ("sin(x)*exp(-x^2)", 1),
        ("max(x, 2)*sigmoid(x)^2 + 3", 3),
        ("piecewise(x > 0, x^3, x)", 2),
    ):
        assert rows(f, at)[name].error < 1e-12
    assert rows("5", {"x": 1}, "x")[name].value == 0


def test_several_variables_and_json() -> None:
    found = sd.compare("x*y^2", "y", at={"x": 3, "y": "1/3"})
    assert found.exact.value == 2
    assert found.at == {"x": "3", "y": "1/3"}
    record = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert record["rows"][0]["method"] == "forward difference"
    assert len(record["sweep"]) == len(found.sweep) > 20
    table = str(found).splitlines()
    assert table[0].startswith("d/dy x*y^2 at x = 3, y = 1/3: 2")
    assert len(table) == len(found.rows) + 2


def test_a_method_that_cannot_says_why() -> None:
    row = rows("gamma(x)", 2)["complex step"]
    assert math.isnan(row.value)
    assert "gamma" in row.note


def test_the_plot_is_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    sd.compare("exp(x)", "x", at=1).plot(tmp_path / "v.png")
    assert (tmp_path / "v.png").stat().st_size > 10_000


def test_bad_questions_get_a_sentence() -> None:
    with pytest.raises(sd.SymdiffError, match="say along which variable"):
        sd.compare("x*y", at=1)
    with pytest.raises(sd.SymdiffError, match="say where"):
        sd.compare("x^2", "x")
    with pytest.raises(sd.SymdiffError, match="no value is given for x"):
        sd.compare("x*y", "y", at=1)
