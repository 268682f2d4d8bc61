"""The slope of x^2 at -3 ... 3, measured and exact, side by side.

Measured: how much x^2 changes between x - h and x + h, for each unit of x.
"""

import symdiff as sd

square = sd.compile("x^2", ["x"])
slope = sd.compile(sd.diff("x^2", "x"), ["x"])
h = 1e-5

print(" x  measured     exact")
for x in range(-3, 4):
    measured = (square(x + h) - square(x - h)) / (2 * h)
    print(f"{x:2d}  {round(measured, 6) + 0.0:8.4f}  {float(slope(x)):8.4f}")
