"""Equations to read, SED-ML and Antimony: complete, and in the language that they claim to be."""

import re
import sys
import zipfile

import pytest
from matplotlib.mathtext import MathTextParser

from deqi.errors import FileError, UnknownNameError
from deqi.exporters import FORMATS, walk_course, walk_model, write_walk
from deqi.exporters.antimony import antimony_text
from deqi.exporters.equations import latex_text, markdown_text, names_of
from deqi.exporters.sedml import sedml_text


@pytest.fixture(scope="module")
def course():
    return walk_course("morphine-17mg-once", weeks=0.1, rtol=1e-6)


def test_markdown_has_every_equation_value_and_source(course):
    text = markdown_text(course)
    assert text.count("$$") == 2 * len(course.of("state", "output"))
    for quantity in course.of("parameter", "state", "environment"):
        assert f"| {quantity.path} | {quantity.value:.6g} | {quantity.unit} |" in text
    for key in course.sources:
        assert f"- `{key}`: " in text
    assert "| 5 | morphine given |" in text


def test_no_two_quantities_share_a_symbol(course):
    names = list(names_of(course).values())
    assert not {name for name in names if names.count(name) > 1}


def test_formulas_are_read_by_a_parser_of_latex(course):
    text = markdown_text(course)
    formulas = re.findall(r"^\$\$ (.*) \$\$$", text, re.M)
    parser = MathTextParser("path")
    # Long ones take a second each; cases are nothing that this parser knows.
    short = [f for f in formulas if len(f) < 350 and "cases" not in f]
    assert len(short) > 60
    for formula in short[::5]:
        parser.parse(f"${formula}$")
    for formula in formulas:
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")


def test_latex_stands_alone_and_has_every_equation(course):
    text = latex_text(course)
    assert text.startswith(r"\documentclass")
    assert text.rstrip().endswith(r"\end{document}")
    assert text.count(r"\begin{dmath*}") == text.count(r"\end{dmath*}") == len(course.of("state", "output"))
    outside = re.sub(r"\\begin\{dmath\*\}.*?\\end\{dmath\*\}|\$[^$]*\$", "", text)
    assert not re.search(r"(?<!\\)[_^#]", outside.split(r"\begin{document}")[1])


def test_antimony_has_every_quantity_once(course):
    lines = antimony_text(course).splitlines()
    for quantity in course.quantities:
        sign = {"output": ":=", "state": "' ="}.get(quantity.role, "=")
        starts = f"  {quantity.symbol}{'' if sign.startswith(chr(39)) else ' '}{sign}"
        assert sum(line.startswith(starts) for line in lines) == 1, quantity.path
    assert sum(": at (time >= " in line for line in lines) == len(course.edges)


def test_sedml_asks_for_the_whole_course_and_everything(course):
    libsedml = pytest.importorskip("libsedml")
    document = libsedml.readSedMLFromString(sedml_text(course, "here.xml"))
    assert document.getNumErrors() == 0
    assert document.getModel(0).getSource() == "here.xml"
    simulation = document.getSimulation(0)
    assert simulation.getInitialTime() == 0
    assert simulation.getOutputEndTime() == pytest.approx(course.days * 1440, rel=1e-12)
    report = document.getOutput(0)
    assert report.getNumDataSets() == 1 + len(course.of("state", "output"))
    targets = [document.getDataGenerator(k).getVariable(0).getTarget() for k in range(1, 5)]
    assert all(re.search(r"sbml:parameter\[@id='\w+'\]$", target) for target in targets)
    assert document.getOutput(1).getNumCurves() == 3


def test_a_model_alone_cannot_be_simulated():
    pytest.importorskip("libsedml")
    with pytest.raises(FileError, match="name a protocol"):
        sedml_text(walk_model("healthy_volunteer", rtol=1e-6))


@pytest.mark.parametrize("form", [f for f in FORMATS if f != "omex"])
def test_each_format_is_written(course, form, tmp_path):
    pytest.importorskip({"sbml": "libsbml", "sedml": "libsedml"}.get(form, "sympy"))
    files = write_walk(course, form, tmp_path / "course.out")
    assert [file.name for file in files] == ["course.out", *(["course.xml"] if form == "sedml" else [])]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert all(file.stat().st_size > 10_000 for file in files)


def test_an_archive_says_what_is_in_it(course, tmp_path):
    pytest.importorskip("libcombine")
    (archive,) = write_walk(course, "omex", tmp_path / "a.omex")
    with zipfile.ZipFile(archive) as inside:
        manifest = inside.read("manifest.xml").decode()
        files = set(inside.namelist()) - {"manifest.xml"}
        assert set(re.findall(r'location="([^"]+)"', manifest)) - {"."} == files
        master = re.findall(r'location="([^"]+)"[^>]*master="true"', manifest)
        assert master == ["course.sedml"]
        assert inside.read("references.bib").decode().count("@") >= len(course.sources)
    assert list(tmp_path.iterdir()) == [archive]


def test_an_unknown_format_and_a_clash_of_names(course, tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean latex"):
        write_walk(course, "latx", tmp_path / "a")
    with pytest.raises(FileError, match=r"course\.sedml"):
        write_walk(course, "sedml", tmp_path / "a.xml")


@pytest.mark.parametrize(("form", "module"), [("sedml", "libsedml"), ("omex", "libcombine")])
def test_a_missing_package_is_told(course, form, module, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(FileError, match=r"pip install 'deqi\[exchange\]'"):
        write_walk(course, form, tmp_path / "a.b")
    assert not list(tmp_path.iterdir())
