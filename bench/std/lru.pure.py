# OrderedDict in Python: without the one in C, its module keeps its own.
import _collections
import sys

import pure

del _collections.OrderedDict, sys.modules["collections"]
pure.run()
