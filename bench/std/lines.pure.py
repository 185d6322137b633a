import _pyio
import builtins

import pure

builtins.open = _pyio.open
pure.run()
