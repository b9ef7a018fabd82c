"""python -m nntui: the same as the command nntui."""

from nntui.cli import main

if __name__ == "__main__":
    main()
