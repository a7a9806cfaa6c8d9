"""JSON for everything that pages show.

| file | idea |
|---|---|
| `library` | points, protocols, trials |
| `findings` | published results, and the model's verdicts |
| `mechanisms` | the model: pages, equations, parameters with their sources |
| `about` | versions, hashes, kinds of parameters, grades |
| `jobs` | long work: asked for, watched, cancelled, fetched |
"""

from fastapi import APIRouter

from deqi.web.api import about, findings, jobs, library, mechanisms

#: All of them; `deqi.web.app` includes each.
routers: tuple[APIRouter, ...] = (
    about.router,
    library.router,
    findings.router,
    mechanisms.router,
    jobs.router,
)

__all__ = ["routers"]
