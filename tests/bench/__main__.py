"""Every measurement there is, one after the other (``make bench``)."""

import sys

from tests.bench import receiver

sys.exit(receiver.main())
