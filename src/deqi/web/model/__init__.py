"""The model as pages: a map of mechanisms and wires, and each mechanism with what stands behind it.

| file | idea |
|---|---|
| `places`, `names.toml` | plain names of the model's places, and the part of the body each belongs to |
| `graph` | who feeds whom |
| `drawing` | the map: where each place lies, and how a wire runs |
| `symbols`, `formulas` | symbols and equations as MathML |
| `mechanism` | all that the page of a mechanism says |
| `routes` | addresses |
"""
