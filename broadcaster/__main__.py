"""`python -m broadcaster`."""

from broadcaster.system.garbage import not_while_loading

with not_while_loading():
    from broadcaster.commands.cli import main

if __name__ == "__main__":
    main()
