"""Expectation, affect, pain memory, the areas that feel pain, and the report."""
