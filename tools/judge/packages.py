"""Packages that are not Python's own: which ones, and what happens where they are missing."""
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from unittest.mock import MagicMock

# The modules, and the package that has the first and brings the others along.
NEEDED = ("algosdk", "msgpack", "nacl")
ALL = "py-algorand-sdk"


def missing():
    """The modules that cannot be imported here."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


class StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that have every name and do nothing."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return MagicMock(name=spec.name)

    def exec_module(self, module):
        pass


def stand_in():
    """Lets modules be imported, for their help and for a check of their names, where packages are missing."""
    absent = missing()
    if absent:
        sys.meta_path.append(StandIn(absent))
    return absent
