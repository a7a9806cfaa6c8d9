"""What to do with a model file, as SED-ML: follow it to the end, report everything, plot the pain.

Needs the optional package ``python-libsedml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from deqi.errors import FileError
from deqi.exporters.walk import OUTPUT, STATE, Quantity, Walk

#: The file of the model that the simulation is told for, beside it or in one archive with it.
MODEL_FILE = "model.xml"

_LANGUAGE = "urn:sedml:language:sbml.level-3.version-2"
_SBML = "http://www.sbml.org/sbml/level3/version2/core"
_TIME = "urn:sedml:symbol:time"
# Terms of the Kinetic Simulation Algorithm Ontology: CVODE, its relative and its absolute tolerance.
_CVODE, _RELATIVE, _ABSOLUTE = "KISAO:0000019", "KISAO:0000209", "KISAO:0000211"
_TOLERANCES = {_RELATIVE: "1e-8", _ABSOLUTE: "1e-11"}
_STEPS_A_DAY = 4
#: Curves of the plot, those of them that the model has.
_PLOTTED = ("pain.report.intensity", "pain.report.unpleasantness", "pain.disability.disability")


def sedml_text(walked: Walk, model_file: str = MODEL_FILE) -> str:
    """SED-ML text that simulates a course.

    Parameters
    ----------
    walked : Walk
        A model with a course.
    model_file : str
        Where its SBML stands, from where the text will stand.

    Raises
    ------
    FileError
        If python-libsedml is not installed, or there is no course.
    """
    try:
        import libsedml
    except ImportError as error:
        raise FileError("SED-ML needs python-libsedml", fix="pip install 'deqi[exchange]'") from error
    if not walked.days:
        raise FileError("a model alone has no course", where="SED-ML", fix="name a protocol")
    spaces = libsedml.SedNamespaces(1, 3)
    # What the targets' prefix means.
    spaces.addNamespace(_SBML, "sbml")
    document = libsedml.SedDocument(spaces)
    _task(document, walked, model_file)
    reported = walked.of(STATE, OUTPUT)
    _data(document, "time", "time [min]", symbol=_TIME)
    for quantity in reported:
        _data(document, quantity.symbol, f"{quantity.path} [{quantity.unit}]", target=_target(quantity))
    _report(document, reported)
    plotted = [q for q in reported if q.path in _PLOTTED] or reported[:1]
    _plot(document, walked.title, plotted)
    return str(libsedml.writeSedMLToString(document))


def _task(document: Any, walked: Walk, model_file: str) -> None:
    model = document.createModel()
    model.setId("model")
    model.setName(walked.title)
    model.setLanguage(_LANGUAGE)
    model.setSource(model_file)
    course = document.createUniformTimeCourse()
    course.setId("course")
    course.setName(f"{walked.days:g} days from week 0, in minutes")
    course.setInitialTime(0.0)
    course.setOutputStartTime(0.0)
    course.setOutputEndTime(walked.days * 1440.0)
    course.setNumberOfPoints(max(1, round(walked.days * _STEPS_A_DAY)))
    algorithm = course.createAlgorithm()
    algorithm.setKisaoID(_CVODE)
    for term, value in _TOLERANCES.items():
        parameter = algorithm.createAlgorithmParameter()
        parameter.setKisaoID(term)
        parameter.setValue(value)
    task = document.createTask()
    task.setId("task")
    task.setModelReference("model")
    task.setSimulationReference("course")


def _target(quantity: Quantity) -> str:
    return f"/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='{quantity.symbol}']"


def _data(document: Any, name: str, label: str, *, symbol: str = "", target: str = "") -> None:
    data = document.createDataGenerator()
    data.setId(f"data_{name}")
    data.setName(label)
    variable = data.createVariable()
    variable.setId(f"variable_{name}")
    variable.setTaskReference("task")
    if symbol:
        variable.setSymbol(symbol)
    else:
        variable.setTarget(target)
    import libsedml

    data.setMath(libsedml.parseFormula(f"variable_{name}"))


def _report(document: Any, quantities: Iterable[Quantity]) -> None:
    report = document.createReport()
    report.setId("report")
    report.setName("every state and output")
    for name in ("time", *(q.symbol for q in quantities)):
        column = report.createDataSet()
        column.setId(f"set_{name}")
        column.setLabel(name)
        column.setDataReference(f"data_{name}")


def _plot(document: Any, title: str, quantities: Iterable[Quantity]) -> None:
    plot = document.createPlot2D()
    plot.setId("plot")
    plot.setName(title)
    for quantity in quantities:
        curve = plot.createCurve()
        curve.setId(f"curve_{quantity.symbol}")
        curve.setName(quantity.meaning)
        curve.setLogX(False)
        curve.setLogY(False)
        curve.setXDataReference("data_time")
        curve.setYDataReference(f"data_{quantity.symbol}")
