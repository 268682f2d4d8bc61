"""Differentiate a formula, and let numeric slopes of the formula itself judge the answer."""

import symdiff as sd

f = "sin(x)*exp(-x^2)"
df = sd.diff(f, "x")
report = sd.check(f, "x")

print("f  =", f)
print("f' =", df)
print("check:", report.verdict)

# A wrong derivative does not pass.
print("check of cos(x):", sd.check(f, "x", derivative="cos(x)").verdict)
