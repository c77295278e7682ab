"""The entry point that `pulumi up` runs."""

import sys
from pathlib import Path

# Pulumi runs this folder; its modules, and the names shared with the handlers, are
# imported from the project's root.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from program.stack import deploy

deploy()
