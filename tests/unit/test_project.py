"""Promises about the project's own files."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import deqi

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# "name==1.0 ; marker \" and the hashes below it
LOCKED = re.findall(r"^([\w.-]+)==(\S+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*)", LOCK, re.MULTILINE)


def test_the_lock_names_no_address() -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host|file:|(?<!\S)/", LOCK)


def test_every_locked_release_has_hashes() -> None:
    assert len(LOCKED) > 50
    assert [name for name, _, rest in LOCKED if "--hash=" not in rest] == []


def test_every_declared_dependency_is_locked_and_within_its_bounds() -> None:
    project = PROJECT["project"]
    declared = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    declared += [r for extra in project["optional-dependencies"].values() for r in extra]
    locked: dict[str, list[str]] = {}
    for name, release, _ in LOCKED:
        locked.setdefault(canonicalize_name(name), []).append(release)
    for requirement in map(Requirement, declared):
        releases = locked.get(canonicalize_name(requirement.name), [])
        assert releases, f"{requirement.name} is not locked; run: make lock"
        assert all(requirement.specifier.contains(r) for r in releases), f"{requirement}; run: make lock"


def test_version_is_said_alike_everywhere() -> None:
    said = PROJECT["project"]["version"]
    assert deqi.__version__ == version("deqi") == said
    assert f"\nversion: {said}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["run", "test", "lock", "lint", "types", "layers", "licences", "clean"])
def test_make_help_lists_the_targets(target: str) -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^make {target} +\S", shown, re.MULTILINE)
