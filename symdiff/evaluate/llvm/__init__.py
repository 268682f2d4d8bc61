"""The LLVM target: a `Program` to LLVM's text, to machine code, to a callable over arrays and floats.

`lanes` writes vector instructions; `exponential`, `logarithmic`, `circular` and `inverses` hold the kernels,
with the polynomials of `coefficients`, and `kernels` lists them by name; `code` prints a program with them,
`module` what stands around it; `machine` compiles, `cache` keeps objects on the disk; `arrays` and `scalar`
are called.
"""
