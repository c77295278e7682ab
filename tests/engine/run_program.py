"""Runs one program for the language host: the job comes as JSON on standard input."""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import traceback
import warnings


def main() -> int:
    job = json.load(sys.stdin)
    program = job["program"]
    sys.path[0] = "."
    sys.argv = [program]
    # pulumi_aws warns of its own deprecated modules on import.
    warnings.simplefilter("ignore", DeprecationWarning)

    import grpc
    import pulumi
    from pulumi.runtime.stack import run_in_stack

    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=job["project"],
            stack=job["stack"],
            organization=job["organization"],
            monitor=job["monitor"],
            engine=job["engine"],
            parallel=job["parallel"],
            dry_run=job["dry_run"],
            root_directory=job["root"],
        )
    )
    pulumi.runtime.set_all_config(job["config"], job["secret_keys"])

    async def run() -> None:
        runpy.run_path(program, run_name="__main__")

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run_in_stack(run))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except grpc.RpcError as error:
        # An engine that has gone away has said why itself.
        if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
            pulumi.log.error(f"the engine refused a request: {error.details()}")
    except BaseException:  # noqa: BLE001 - whatever the program raises is the user's to read
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback.format_exc()}")
    else:
        return 0
    return 32


if __name__ == "__main__":
    sys.exit(main())
