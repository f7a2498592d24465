"""`python -m broadcaster`."""

from broadcaster.commands.cli import main

if __name__ == "__main__":
    main()
