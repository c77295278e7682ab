"""Writes `managed_policies.json.gz` from the documents that moto ships.

Run it with the development environment: `python refresh_managed_policies.py`. moto takes
the documents from AWS's `iam:GetPolicyVersion`; its release date is the data's date.
"""

from __future__ import annotations

import gzip
import json
from importlib.metadata import version
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

TARGET = Path(__file__).with_name("managed_policies.json.gz")


def main() -> None:
    """Write the data file, the same bytes for the same version of moto."""
    given = json.loads(aws_managed_policies_data)
    policies = {
        entry["Path"].lstrip("/") + name: entry["Document"] for name, entry in given.items()
    }
    dates = sorted(entry["UpdateDate"][:10] for entry in given.values())
    data = {
        "source": f"moto {version('moto')}, moto/iam/aws_managed_policies.py",
        "newest_version": dates[-1],
        "policies": dict(sorted(policies.items())),
    }
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    partial = TARGET.with_suffix(".partial")
    partial.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    partial.replace(TARGET)


if __name__ == "__main__":
    main()
