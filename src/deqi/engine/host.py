"""The processor that code is made for: its name, its features, and how many lanes suit it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import llvmlite
from llvmlite import binding

binding.initialize_native_target()
binding.initialize_native_asmprinter()


@dataclass(frozen=True)
class Host:
    """What code for this machine depends on.

    Attributes
    ----------
    processor : str
        Name that LLVM gives it.
    features : str
        Its instruction sets, as LLVM lists them.
    versions : str
        Of llvmlite and LLVM.
    """

    processor: str
    features: str
    versions: str

    def width(self, bits: int) -> int:
        """Lanes that suit this processor: vectors of 256 bits, or 512 for float64 where there are.

        Float32 stays at eight lanes: with sixteen, what one step works on no longer fits the nearest cache.
        """
        vector = 512 if self.has("avx512f") and bits == 64 else 256 if self.has("avx2") else 128
        return vector // bits

    def has(self, feature: str) -> bool:
        """Whether the processor has a feature, by LLVM's name for it."""
        return f"+{feature}" in self.features.split(",")

    def summary(self) -> dict[str, Any]:
        """What a run's provenance carries."""
        known = [f for f in ("avx2", "avx512f", "fma", "neon") if self.has(f)]
        return {"processor": self.processor, "features": known, "llvm": self.versions}


@lru_cache(maxsize=1)
def host() -> Host:
    """The processor of this machine.

    Examples
    --------
    >>> host().width(64) >= 2
    True
    """
    version = ".".join(map(str, binding.llvm_version_info))
    return Host(
        binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(),
        f"llvmlite {llvmlite.__version__}, LLVM {version}",
    )


def target_machine() -> Any:
    """LLVM's code generator for this machine."""
    here = host()
    return binding.Target.from_default_triple().create_target_machine(
        cpu=here.processor, features=here.features, opt=3, jit=True, codemodel="jitdefault"
    )
