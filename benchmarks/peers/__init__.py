"""deqi's engine beside other solvers: one workload, one class a solver, one measurement.

`workload` is what everyone solves, `drawing` makes it, `reference` solves it
closely, `peer` says what a solver must offer, `measure` runs one of them in a
process of its own.
"""
