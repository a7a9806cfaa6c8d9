"""The mechanisms: one biological idea a file, folders by place in the body."""

from deqi.mechanisms.environment import Environment

__all__ = ["Environment"]
