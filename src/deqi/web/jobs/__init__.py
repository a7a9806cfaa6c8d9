"""Long work: a queue in SQLite, and processes of their own that do it.

A job is done in a folder that its results lie in, and in chunks: whatever stops
in the middle goes on where it was, in whichever process takes it next.

| file | idea |
|---|---|
| `job` | a job as it stands |
| `store` | the queue: one file, shared by all processes |
| `trial` | a trial as a job: what is asked for, checked, and done |
| `worker` | a process that takes one job after the other |
| `runners` | the workers of a server process |
| `folders` | where results lie, and removing them |
| `events` | how far a job is, as a stream |
"""

from deqi.web.jobs.job import ENDED, STATES, Job
from deqi.web.jobs.runners import Runners
from deqi.web.jobs.store import Store

__all__ = ["ENDED", "STATES", "Job", "Runners", "Store"]
