"""Parameter values: one file a curated set, every value with its unit, kind, grade and source."""

from deqi.parameters.store import (
    GRADES,
    KINDS,
    Distribution,
    ParameterSet,
    ParameterValue,
    base_values,
    count_kinds,
    merge,
    overlay,
    overlays,
    parse_values,
    plugin_folders,
    read_set,
    read_toml,
    resolve,
    toml_files,
)

__all__ = [
    "GRADES",
    "KINDS",
    "Distribution",
    "ParameterSet",
    "ParameterValue",
    "base_values",
    "count_kinds",
    "merge",
    "overlay",
    "overlays",
    "parse_values",
    "plugin_folders",
    "read_set",
    "read_toml",
    "resolve",
    "toml_files",
]
