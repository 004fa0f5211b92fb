"""What all tests stand on: Ctrl-C is heard, though a shell that runs them behind itself ignores it for them."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
