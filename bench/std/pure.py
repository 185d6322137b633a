"""Runs a program of this folder on the parts of Python that are written in Python: NAME.pure.py takes away what is C, and calls run(), which runs NAME.py."""
import runpy
import sys


def without(*modules):
    """Takes modules in C away; those in Python that would have used them are imported anew."""
    for name in modules:
        sys.modules[name] = None
        for known in list(sys.modules):
            if known == name[1:] or known.startswith(name[1:] + "."):
                del sys.modules[known]


def run():
    runpy.run_path(sys.argv[0].replace(".pure.py", ".py"), run_name="__main__")
