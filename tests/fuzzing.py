"""Sends an interface what its OpenAPI document allows, and what it does not."""

import asyncio
import sys
from pathlib import Path

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


async def complaints(
    address: str, folder: Path, *, checks: tuple[str, ...] = CHECKS, more: str = ""
) -> str:
    """Return what schemathesis says against the server; "" when it is content."""
    program = Path(sys.executable).with_name("schemathesis")
    process = await asyncio.create_subprocess_exec(
        str(program),
        *("run", f"{address}/api/openapi.json"),
        *("--phases", "coverage,fuzzing", "--max-examples", "10"),
        *("--generation-deterministic", "--no-color"),
        *("--checks", ",".join(checks)),
        *more.split("\n" if more else None),
        cwd=folder,  # it keeps notes where it runs
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    return said if await process.wait() else ""
