"""The command line: `main.py`, and one file a command. Front ends are thin; they compute nothing."""
