"""`python -m deqi`."""

from deqi.cli.main import main

main()
