"""From the text of the intermediate representation to functions that can be called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from llvmlite import binding

from deqi.engine.host import target_machine
from deqi.errors import EngineError


def compile_text(text: str) -> bytes:
    """Object code of a module.

    Raises
    ------
    EngineError
        If LLVM refuses the text.
    """
    machine = target_machine()
    try:
        module = binding.parse_assembly(text)
        module.verify()
    except RuntimeError as error:
        raise EngineError(f"the code that was written is not sound: {error}") from error
    tuning = binding.create_pipeline_tuning_options(speed_level=2)
    # The code is in vectors already; looking for more takes time and finds none.
    tuning.slp_vectorization = tuning.loop_vectorization = False
    builder = binding.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


class Loaded:
    """Object code in memory; `addresses` of its functions by name.

    Keep it alive as long as any of them may be called.
    """

    def __init__(self, code: bytes, names: Iterable[str]) -> None:
        self._engine: Any = binding.create_mcjit_compiler(binding.parse_assembly(""), target_machine())
        self._engine.add_object_file(binding.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.addresses: Mapping[str, int] = {name: self._engine.get_function_address(name) for name in names}
