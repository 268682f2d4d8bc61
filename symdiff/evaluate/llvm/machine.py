"""The host, and the way from text to code that runs: text, LLVM's object file, addresses of functions.

llvmlite compiles; objects go through the same door whether they were just made or come from the disk.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

from symdiff.evaluate.llvm.lanes import Machine

#: llvmlite is called by one thread at a time.
_LOCK = threading.Lock()


@cache
def installed() -> bool:
    """Whether llvmlite is there, and knows this processor; says once in the log where it does not."""
    try:
        host()
    except Exception as problem:  # whatever keeps a foreign library from loading
        logging.getLogger("symdiff").info("arrays run on NumPy, llvmlite is not there: %s", problem)
        return False
    return True


@cache
def _binding() -> Any:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def host() -> Machine:
    """This machine: 8 lanes with AVX-512, 4 with AVX2, else 2."""
    llvm = _binding()
    try:
        found = llvm.get_host_cpu_features()
    except RuntimeError:  # LLVM cannot ask every processor
        found = llvm.FeatureMap()
    wide = all(found.get(f"avx512{part}") for part in ("f", "dq", "vl"))
    triple = llvm.get_process_triple()
    return Machine(
        triple=triple,
        cpu=llvm.get_host_cpu_name(),
        features=found.flatten(),
        lanes=8 if wide else 4 if found.get("avx2") else 2,
        fma=bool(found.get("fma")) or triple.startswith(("aarch64", "arm64")),
        avx512=wide,
    )


def _target(machine: Machine, effort: int) -> Any:
    target = _binding().Target.from_triple(machine.triple)
    return target.create_target_machine(
        machine.cpu, machine.features, opt=effort, reloc="pic", codemodel="small"
    )


def assembled(text: str, machine: Machine, effort: int) -> bytes:
    """The object file of a module's text.  effort: LLVM's, in making code; 0 to 3."""
    with _LOCK:
        module = _binding().parse_assembly(text, _binding().create_context())
        module.verify()
        found: bytes = _target(machine, effort).emit_object(module)
        return found


def quick() -> bool:
    """Whether machine code is worth having here: without fused multiply-add kernels are right, but slow."""
    return installed() and host().fma


def version() -> str:
    """What compiled: a cached object of another version is not taken."""
    import llvmlite

    return f"llvmlite {llvmlite.__version__} LLVM {'.'.join(map(str, _binding().llvm_version_info))}"


class Loaded:
    """An object file in memory: the addresses of its functions, valid while this lives."""

    def __init__(self, code: bytes, names: Sequence[str], machine: Machine) -> None:
        llvm = _binding()
        with _LOCK:
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(machine, 0))
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
            self._engine.finalize_object()
            self.address = {name: int(self._engine.get_function_address(name)) for name in names}

    def function(self, name: str, *kinds: Any) -> Any:
        """A C function without a result, to be called without the interpreter's lock."""
        return ctypes.CFUNCTYPE(None, *kinds)(self.address[name])
