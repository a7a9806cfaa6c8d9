"""From needle to pain score: a mechanistic model of acupuncture, dry needling and pain."""

__version__ = "0.1.0"
