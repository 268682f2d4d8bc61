"""Gradient descent with compiled derivatives: step against the slope, and the parameters roll into the
valley."""

import symdiff as sd


def descend(loss: str, start: dict[str, float], rate: float, steps: int) -> list[tuple[float, ...]]:
    """The parameters before the first step and after each."""
    names = list(start)
    gradient = sd.compile(sd.gradient(loss, names), names)
    path = [tuple(start.values())]
    for _ in range(steps):
        path.append(
            tuple(w - rate * float(slope) for w, slope in zip(path[-1], gradient(*path[-1]), strict=True))
        )
    return path


print("(w-3)^2 from 8, rate 0.1")
print(", ".join(f"{w:.4f}" for (w,) in descend("(w-3)^2", {"w": 8.0}, rate=0.1, steps=10)[1:]))

print("(w1-2)^2 + (w2-5)^2 from (0, 0), rate 0.11985, 15 steps")
print(
    ", ".join(
        f"{w:.4f}" for w in descend("(w1-2)^2 + (w2-5)^2", {"w1": 0.0, "w2": 0.0}, rate=0.11985, steps=15)[-1]
    )
)
