"""Arcuate nucleus, hypothalamic enkephalin, stress axis."""
