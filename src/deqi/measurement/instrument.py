"""An instrument: the range of its scores, how they follow from the model, and where each number comes from.

A file holds an ``[instrument]`` table and one table a value, as parameter files do::

    [instrument]
    title = "Visual analogue scale of pain"
    what = "pain now"
    better = "down"
    reads = ["now"]

    ["slope.pain"]
    value = 1.0
    unit = "1"
    kind = "derived"
    ...

A score is ``intercept`` plus the sum of ``slope.X`` times X, plus what stays
with a patient (SD ``person_sd``), plus measurement error (SD ``error_sd``),
then rounded to the ``step`` and held between ``low`` and ``high``. Where up is
better, the slopes of pain, disability, stress and opioid are negative. ``opioid``
is what was taken, in mg a day of morphine by mouth, over the days recalled.

``reads`` names the items of pain: now, mean or worst of the days recalled. With
several, each is scored as ``low`` to ``high`` in ``step`` and they are averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from deqi.core import units
from deqi.errors import ParameterError, UnitError, UnknownNameError
from deqi.parameters import ParameterValue, parse_values, read_toml, toml_files

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

#: What a score may follow, the unit of its slope, and whether more of it is worse (1) or better (-1).
LATENTS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "pain": ("1", 1),
        "unpleasantness": ("1", 1),
        "change": ("1", 1),
        "disability": ("1", 1),
        "mood": ("point", -1),
        "stress": ("point", 1),
        "opioid": ("1", 1),
    }
)
#: What means nothing at week 0: change since then, and what was taken as the trial had it.
SINCE_START = ("change", "opioid")
#: How the days of pain that are recalled become one number.
READINGS = ("now", "mean", "worst")
_DIRECTIONS = ("down", "up")
_NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "low": "point",
        "high": "point",
        "step": "point",
        "recall": "d",
        "intercept": "point",
        "person_sd": "point",
        "error_sd": "point",
    }
)
_UNITS = {**_NUMBERS, **{f"slope.{name}": unit for name, (unit, _) in LATENTS.items()}}
_HEAD = ("name", "title", "what", "better", "reads", "use", "note")
_LIBRARY = Path(__file__).parent / "instruments"


@dataclass(frozen=True)
class Instrument:
    """A questionnaire or scale.

    Attributes
    ----------
    name, title : str
        Name in files and commands, and in words.
    what : str
        What it asks about.
    better : {'down', 'up'}
        Which way its score goes when a patient is better.
    reads : tuple of {'now', 'mean', 'worst'}
        Its items of pain; what does not ask for pain has one that is not used.
    numbers : mapping
        Every value as a number: points, and days for ``recall`` (0 is now).
    values : mapping
        Every value with its source.
    use : str
        Under which terms the total may be used.
    note : str
        What to know about it.

    Examples
    --------
    >>> scale = load_instrument("rmdq")
    >>> scale.low, scale.high, scale.better
    (0.0, 24.0, 'down')
    """

    name: str
    title: str
    what: str
    better: str
    reads: tuple[str, ...]
    numbers: Mapping[str, float]
    values: Mapping[str, ParameterValue]
    use: str = ""
    note: str = ""

    @property
    def low(self) -> float:
        """Lowest score."""
        return self.numbers["low"]

    @property
    def high(self) -> float:
        """Highest score."""
        return self.numbers["high"]

    @property
    def steps(self) -> int:
        """How many steps an item has from `low` to `high`."""
        return round((self.high - self.low) / self.numbers["step"])

    @property
    def smallest_step(self) -> float:
        """Smallest difference between two scores [points]."""
        return (self.high - self.low) / self.steps / len(self.reads)

    @property
    def recall_days(self) -> int:
        """Over how many days it asks; 0 is now."""
        return int(self.numbers["recall"])

    @property
    def slopes(self) -> dict[str, float]:
        """Points of score by what it follows."""
        return {
            key.removeprefix("slope."): number
            for key, number in self.numbers.items()
            if key.startswith("slope.")
        }

    @property
    def has_baseline(self) -> bool:
        """Whether it means something at week 0.

        Examples
        --------
        >>> load_instrument("vas_pain").has_baseline, load_instrument("opioid_intake").has_baseline
        (True, False)
        """
        return not set(SINCE_START) & set(self.slopes)

    def as_dict(self) -> dict[str, Any]:
        """The instrument as plain data, for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "what": self.what,
            "better": self.better,
            "reads": list(self.reads),
            "low": self.low,
            "high": self.high,
            "smallest_step": self.smallest_step,
            "recall_days": self.recall_days,
            "intercept": self.numbers["intercept"],
            "slopes": self.slopes,
            "person_sd": self.numbers["person_sd"],
            "error_sd": self.numbers["error_sd"],
            "use": self.use,
            "note": self.note,
            "values": [value.as_dict() for value in self.values.values()],
        }


@lru_cache(maxsize=1)
def instruments() -> tuple[str, ...]:
    """Names of the instruments that ship with deqi; each has a file of its name.

    Examples
    --------
    >>> "vas_pain" in instruments()
    True
    """
    return tuple(file.name.removesuffix(".toml") for file in toml_files(_LIBRARY))


def load_instrument(name: str | Path) -> Instrument:
    """An instrument by name, or from a TOML file.

    Raises
    ------
    UnknownNameError
        If it is neither.
    FileError, ParameterError, UnitError
        If the file is not sound.

    Examples
    --------
    >>> load_instrument("hfaq").better
    'up'
    """
    text = str(name)
    if text in instruments():
        return _ours(text)
    if text.endswith(".toml"):
        return read_instrument(Path(text))
    raise UnknownNameError(
        "instrument", text, instruments(), fix="`deqi instruments` lists them; a .toml file will do too"
    )


@lru_cache(maxsize=64)
def _ours(name: str) -> Instrument:
    return read_instrument(_LIBRARY / f"{name}.toml")


def read_instrument(path: Path | Traversable) -> Instrument:
    """An instrument from a TOML file.

    Raises
    ------
    FileError
        If it cannot be read, or is no TOML.
    ParameterError, UnitError, UnknownNameError
        If a value is missing, of the wrong unit, or contradicts another.
    """
    data = read_toml(path)
    where = path.name
    head = data.pop("instrument", None)
    if not isinstance(head, dict):
        raise ParameterError("there is no [instrument] table", where=where, fix="begin with [instrument]")
    for key in head:
        if key not in _HEAD:
            raise UnknownNameError("field", key, _HEAD, where=f"{where}: instrument")
    name = _text(head, "name", where, path.name.removesuffix(".toml"))
    better = _text(head, "better", where)
    if better not in _DIRECTIONS:
        raise UnknownNameError("direction", better, _DIRECTIONS, where=f"{where}: better")
    values = parse_values(data, name, where)
    numbers = _numbers(values, where)
    _check(numbers, better, where)
    return Instrument(
        name=name,
        title=_text(head, "title", where, name),
        what=_text(head, "what", where),
        better=better,
        reads=_reads(head, numbers, where),
        numbers=numbers,
        values=values,
        use=_text(head, "use", where, ""),
        note=_text(head, "note", where, ""),
    )


def _text(head: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    text = head.get(key, default)
    if text is None:
        raise ParameterError(f"has no {key}", where=f"{where}: instrument", fix=f'write {key} = "..."')
    if not isinstance(text, str):
        raise ParameterError(f"{text!r} is no text", where=f"{where}: {key}")
    return text


def _reads(head: Mapping[str, Any], numbers: Mapping[str, float], where: str) -> tuple[str, ...]:
    reads = head.get("reads", ["mean"])
    if not isinstance(reads, list) or not reads:
        raise ParameterError("is no list of readings", where=f"{where}: reads", fix='write reads = ["mean"]')
    for reading in reads:
        if reading not in READINGS:
            raise UnknownNameError("reading", str(reading), READINGS, where=f"{where}: reads")
    if len(reads) > 1 and "slope.pain" not in numbers:
        raise ParameterError("asks for pain more than once, but has no slope.pain", where=f"{where}: reads")
    return tuple(reads)


def _numbers(values: Mapping[str, ParameterValue], where: str) -> dict[str, float]:
    for key in values:
        if key not in _UNITS:
            raise UnknownNameError("value", key, _UNITS, where=where)
    for key in _NUMBERS:
        if key not in values:
            raise ParameterError(f"has no {key}", where=where, fix=f"add [{key}] with value and unit")
    if not any(key.startswith("slope.") for key in values):
        raise ParameterError(
            "follows nothing of the model", where=where, fix='add ["slope.pain"] or another slope'
        )
    return {key: _number(value, _UNITS[key], where) for key, value in values.items()}


def _number(value: ParameterValue, unit: str, where: str) -> float:
    try:
        factor = units.factor(value.unit, unit)
        # Dividing by the inverse is exact where that is the rounder number: 10080 min are 7 d.
        return value.value * factor if factor >= 1 else value.value / units.factor(unit, value.unit)
    except UnitError as error:
        raise UnitError(error.what, where=f"{where}: {value.path}", fix=f"give it in {unit}") from error


def _check(numbers: Mapping[str, float], better: str, where: str) -> None:
    """Refuse numbers that contradict each other."""
    width = numbers["high"] - numbers["low"]
    if width <= 0:
        raise ParameterError("is not above low", where=f"{where}: high")
    if not 0 < numbers["step"] <= width:
        raise ParameterError(f"must be above 0 and at most {width:g}", where=f"{where}: step")
    # A step may be a fraction with endless digits, such as 100/24.
    if abs(width / numbers["step"] - round(width / numbers["step"])) > 1e-3:
        raise ParameterError(f"does not divide the range of {width:g} points", where=f"{where}: step")
    if numbers["recall"] < 0 or numbers["recall"] != int(numbers["recall"]):
        raise ParameterError("must be whole days, or 0 for now", where=f"{where}: recall")
    for key in ("person_sd", "error_sd"):
        if numbers[key] < 0:
            raise ParameterError("an SD must not be negative", where=f"{where}: {key}")
    worse = 1 if better == "down" else -1
    for name, (_, more) in LATENTS.items():
        if numbers.get(f"slope.{name}", 0.0) * more * worse < 0:
            raise ParameterError(f"its sign contradicts better = '{better}'", where=f"{where}: slope.{name}")
