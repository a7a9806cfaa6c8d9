"""Medicines and antagonists: how much of them is where."""
