"""Many users at once on loopback: how long an answer takes, and whether any fails.

Run: ``python benchmarks/web.py``; writes ``benchmarks/results/web.json``. It starts a server of its
own on a free port, and ends it. Each user asks for a session, waits for it, thinks for a while, asks for
another. Half of them walk through sessions that nobody asked for before, half through a few well-known
ones. Status 1 if an answer failed, or the 95th percentile is above the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np

from deqi import __version__
from deqi.core.writing import replace_file
from deqi.engine.workers import processors

RESULTS = Path(__file__).resolve().parent / "results" / "web.json"
#: The benchmark's own bounds, whatever is asked for.
MOST_USERS, MOST_SECONDS, MOST_REQUESTS = 200, 300.0, 50_000
_KNOWN = [
    {"protocol": "gerac-verum"},
    {"protocol": "gerac-sham"},
    {"points": "BL23,BL25", "technique": "manual"},
]
_POINTS = ("BL23", "BL25", "BL26", "BL40", "BL60", "GV3", "KI3", "ST36", "LI4", "SP6")


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--path", default="/api/session", help="what is asked for")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=processors(), help="server processes")
    parser.add_argument(
        "--think", type=float, default=5.0, help="mean seconds between two questions of a user"
    )
    parser.add_argument("--limit", type=float, default=2.0, help="seconds that 95 %% of answers may take")
    asked = parser.parse_args()
    if not 1 <= asked.users <= MOST_USERS or not 0 < asked.seconds <= MOST_SECONDS:
        parser.error(f"at most {MOST_USERS} users and {MOST_SECONDS:g} seconds")
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "deqi", "serve", "--port", "0", "--data", data]
        command += ["--workers", str(asked.workers)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            address = server.stdout.readline().removeprefix("deqi: ").strip()
            found = asyncio.run(_measure(address, asked))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    found |= {**vars(asked), "deqi": __version__, "processors": processors(), "machine": platform.machine()}
    print(json.dumps(found, indent=1))
    replace_file(RESULTS, json.dumps(found, indent=1).encode() + b"\n")
    sys.exit(bool(found["failed"]) or found["p95"] > asked.limit)


async def _measure(address: str, asked: argparse.Namespace) -> dict[str, Any]:
    limits = httpx.Limits(max_connections=asked.users)
    async with httpx.AsyncClient(base_url=address, timeout=60.0, limits=limits) as client:
        await _until_it_answers(client)
        # The first answer of each process makes or reads machine code; users meet a server that has.
        await asyncio.gather(*(client.get(asked.path, params=_KNOWN[0]) for _ in range(4 * asked.workers)))
        seconds: list[float] = []
        failed: Counter[str] = Counter()
        end = time.monotonic() + asked.seconds
        users = (_user(number, client, asked, end, seconds, failed) for number in range(asked.users))
        await asyncio.gather(*users)
    quantiles = np.quantile(seconds, [0.5, 0.95, 0.99, 1.0]) if seconds else [np.inf] * 4
    return {
        "answers": len(seconds),
        "failed": dict(failed),
        **dict(zip(("p50", "p95", "p99", "longest"), map(float, quantiles), strict=True)),
    }


async def _until_it_answers(client: httpx.AsyncClient) -> None:
    for _ in range(600):
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("the server does not answer")


async def _user(
    number: int,
    client: httpx.AsyncClient,
    asked: argparse.Namespace,
    end: float,
    seconds: list[float],
    failed: Counter[str],
) -> None:
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, asked.think))
    while time.monotonic() < end and len(seconds) + failed.total() < MOST_REQUESTS:
        begun = time.monotonic()
        try:
            answer = await client.get(f"{asked.path}?{urlencode(_question(number, chance))}")
            if answer.status_code == 200:
                seconds.append(time.monotonic() - begun)
            else:
                failed[f"{answer.status_code} {answer.text[:120]}"] += 1
        except httpx.HTTPError as error:
            failed[type(error).__name__] += 1
        await asyncio.sleep(min(chance.expovariate(1 / asked.think), 4 * asked.think))


def _question(number: int, chance: random.Random) -> dict[str, Any]:
    if number % 2:
        return chance.choice(_KNOWN)
    return {
        "points": ",".join(chance.sample(_POINTS, 3)),
        "technique": "manual",
        "depth_mm": chance.randint(10, 25),
        "minutes": chance.randint(10, 40),
    }


if __name__ == "__main__":
    main()
