"""The machine's randomness: the only place where the product draws it."""

import os

from casemate.node import Entropy

system_entropy: Entropy = os.urandom
