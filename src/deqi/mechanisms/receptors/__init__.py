"""Opioid receptors, their signals, and what blunts them."""
