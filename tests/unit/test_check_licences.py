"""The licence check refuses what it should; tried on made-up distributions."""

from __future__ import annotations

import importlib.util
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_licences.py"


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_licences", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def distribution(folder: Path, name: str, *headers: str) -> Distribution:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    lines = ["Metadata-Version: 2.4", f"Name: {name}", "Version: 1.0", *headers]
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return PathDistribution(info)


GOOD = [
    ["License-Expression: MIT"],
    ["License-Expression: BSD-3-Clause AND (0BSD OR Zlib)"],
    ["License-Expression: Apache-2.0 WITH LLVM-exception"],
    ["Classifier: License :: OSI Approved :: BSD License"],
    ["Classifier: License :: OSI Approved", "License: MIT"],
    ["Classifier: License :: OSI Approved :: MIT License", "License: see the file COPYING"],
]
BAD = [
    (["License-Expression: GPL-3.0-or-later"], "copyleft"),
    (["License-Expression: MIT AND AGPL-3.0-only"], "copyleft"),
    (["License-Expression: GPL-3.0-only WITH GCC-exception-3.1"], "copyleft"),
    (["Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)"], "copyleft"),
    (["Classifier: License :: OSI Approved :: GNU Affero General Public License v3"], "copyleft"),
    (["License: GPL"], "copyleft"),
    (["Classifier: License :: OSI Approved :: MIT License", "License: GPLv2"], "copyleft"),
    (["License-Expression: LGPL-3.0-only"], "reviewed"),
    (["Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"], "reviewed"),
    (["License: Ask the author"], "unknown"),
    (["License: UNKNOWN"], "unknown"),
    (["Classifier: License :: OSI Approved"], "no licence"),
    ([], "no licence"),
]


@pytest.mark.parametrize("headers", GOOD)
def test_permissive_licences_pass(check: ModuleType, tmp_path: Path, headers: list[str]) -> None:
    assert check.fault(distribution(tmp_path, "good", *headers), set()) is None


@pytest.mark.parametrize(("headers", "why"), BAD)
def test_other_licences_are_refused(check: ModuleType, tmp_path: Path, headers: list[str], why: str) -> None:
    assert why in check.fault(distribution(tmp_path, "bad", *headers), set())


def test_lgpl_passes_only_while_it_is_optional(check: ModuleType, tmp_path: Path) -> None:
    libsbml = distribution(tmp_path, "python-libsbml", "License: LGPL")
    assert check.fault(libsbml, set()) is None
    assert "cannot be installed without it" in check.fault(libsbml, {"python-libsbml"})


def test_a_review_lapses_when_the_metadata_change(check: ModuleType, tmp_path: Path) -> None:
    assert "copyleft" in check.fault(distribution(tmp_path, "libroadrunner", "License: GPL"), set())


def test_extras_are_followed_only_where_asked_for(check: ModuleType, tmp_path: Path) -> None:
    installed = [
        distribution(tmp_path, "root", "Requires-Dist: a[x]", "Requires-Dist: sbml; extra == 'sbml'"),
        distribution(tmp_path, "A", "Requires-Dist: b; extra == 'x'", "Requires-Dist: c; extra == 'y'"),
        distribution(tmp_path, "b", "Requires-Dist: a", "Requires-Dist: old; python_version < '3'"),
    ]
    assert check.runtime_closure(installed, "root") == {"a", "b"}


def test_libsbml_is_not_needed_to_run_deqi(check: ModuleType) -> None:
    needed = check.runtime_closure(list(check.distributions()))
    assert "numpy" in needed
    assert not needed & {"python-libsbml", "libroadrunner"}


def test_status_and_message(
    check: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = [distribution(tmp_path, "deqi", "License-Expression: Apache-2.0")]
    monkeypatch.setattr(check, "distributions", lambda: installed)
    assert check.main() == 0
    installed.append(distribution(tmp_path, "viral", "License-Expression: GPL-2.0-only"))
    assert check.main() == 1
    assert "viral: GPL-2.0-only: copyleft, refused" in capsys.readouterr().err
