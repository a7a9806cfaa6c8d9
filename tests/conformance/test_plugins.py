"""A package that others install is found through its entry points, and held to the same battery."""

import sys

import pytest

from deqi.conformance import check_package
from deqi.parameters import plugin_folders, toml_files
from deqi.protocols import read_protocol

MECHANISM = '''"""A leaky pool.

Assumes: first-order loss.
Leaves out: everything else.
"""

from deqi.core import Block, Expr, Mechanism, Ops, Values, var


class Leak(Mechanism):
    class State(Block):
        level: Expr = var("nM", "level", symbol="c", initial=1.0)

    class Params(Block):
        rate: Expr = var("1/min", "loss", symbol="k")

    @staticmethod
    def rhs(t: Expr, x: State, p: Params, u: Block, ops: Ops) -> Values:
        return {"level": -p.rate * x.level}
'''
PROTOCOL = '[protocol]\nname = "theirs"\ntitle = "Theirs"\nrole = "none"\n'


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    package = tmp_path / "theirs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "leak.py").write_text(MECHANISM)
    (package / "theirs.toml").write_text(PROTOCOL)
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[deqi.protocols]\ntheirs = theirs\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [n for n in sys.modules if n.partition(".")[0] == "theirs"]:
        del sys.modules[name]


def test_a_plug_in_is_found_and_conforms(plugin):
    (folder,) = plugin_folders("deqi.protocols")
    (file,) = toml_files(folder)
    assert read_protocol(file).name == "theirs"
    report = check_package("theirs")
    assert report.faults == []
    assert report.counts == {"mechanisms": 1, "parameter sets": 0, "protocols": 1}


def test_a_plug_in_that_breaks_the_rules_is_told_so(plugin):
    (plugin / "leak.py").write_text(
        MECHANISM.replace("-p.rate", "-0.5 * p.rate").replace("Leaves out", "Omits")
    )
    (plugin / "theirs.toml").write_text(PROTOCOL.replace("none", "nonne"))
    rules = {fault.rule for fault in check_package("theirs").faults}
    assert {"page", "language", "file"} <= rules
