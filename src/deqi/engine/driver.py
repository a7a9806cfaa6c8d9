"""Many patients through a few lanes: step control, edges, reports, refilling.

Every lane has its own patient, time and step. A lane whose patient is done
takes the next from the queue, so lanes are never idle while somebody waits, and
several threads may serve one queue. Time is local to the stretch between two
edges. The functions are written in the part of Python that
`deqi.engine.restricted` translates; ``c`` is a `deqi.engine.workspace.Workspace`.
"""

from __future__ import annotations

from deqi.engine.workspace import Workspace

# What became of a patient; `deqi.engine.batch.Status` says it in words.
DONE = 0
STUCK = 1
TOO_MANY_STEPS = 2
NOT_RUN = 3
NOT_FINITE = 4

IDLE = -1
# All bits set, so that it selects a lane.
ACCEPTED = -1
# An idle lane goes on computing a step of this length [min] that nobody takes over.
_IDLE_STEP = 1e-3
# A step that would end so near an edge ends on it.
_NEAR = 0.9999
_SHRINK = 0.1


def drive(c: Workspace) -> int:
    """Follow patients until the queue is empty, or somebody cancels; the number of vector steps."""
    for lane in range(c.width):
        c.patient[lane] = IDLE
    active = refill(c, 1)
    attempts = 0
    while active > 0 and c.queue[1] == 0:
        begin(c)
        enter(c)
        propose(c)
        c.run("step")
        attempts += 1
        judge(c)
        report(c)
        c.run("commit")
        active -= advance(c)
        active += refill(c, 0)
    return attempts


def refill(c: Workspace, first: int) -> int:
    """Give idle lanes patients from the queue; how many."""
    taken = 0
    for lane in range(c.width):
        if c.patient[lane] == IDLE and (first > 0 or c.queue[0] < c.patients):
            n = c.take_ticket()
            if n < c.patients:
                c.patient[lane] = n
                c.steps[n] = 0
                c.rejected[n] = 0
                c.rows[n] = 0
                taken += 1
                seat(c, lane, n)
            elif first > 0:
                # Lanes that start idle need some numbers to compute on.
                seat(c, lane, 0)
    return taken


def seat(c: Workspace, lane: int, n: int) -> int:
    """Put the n-th patient's state and parameters into a lane, with nothing done to them yet."""
    for i in range(c.n_states):
        c.y[i * c.width + lane] = c.start[n * c.n_states + i]
        c.peak[i * c.width + lane] = 0.0
    for i in range(c.n_parameters):
        c.p[i * c.width + lane] = c.common[i]
    for i in range(c.n_varied):
        c.p[c.varied_at[i] * c.width + lane] = c.varied[n * c.n_varied + i]
    for i in range(c.n_inputs):
        c.u[i * c.width + lane] = 0.0
    c.stretch[lane] = c.first_stretch[c.schedule[n]]
    c.time[lane] = 0.0
    c.next_step[lane] = c.first_step
    c.just_rejected[lane] = 0
    c.fresh[lane] = 1
    c.entering[lane] = 1
    return 0


def begin(c: Workspace) -> int:
    """Report new patients at times up to their start: nothing has been done to them yet."""
    due = 0
    for lane in range(c.width):
        if c.fresh[lane] > 0:
            c.fresh[lane] = 0
            if c.patient[lane] != IDLE and c.n_times > 0 and c.times[0] <= c.edges[c.stretch[lane]]:
                due = 1
                c.fresh[lane] = 2
    if due > 0:
        for i in range(c.n_states * c.width):
            c.within[i] = c.y[i]
        if c.n_observed > 0:
            c.run("prepare")
            c.run("observe")
        for lane in range(c.width):
            if c.fresh[lane] == 2:
                c.fresh[lane] = 0
                n = c.patient[lane]
                while c.rows[n] < c.n_times and c.times[c.rows[n]] <= c.edges[c.stretch[lane]]:
                    record(c, lane)
    return 0


def enter(c: Workspace) -> int:
    """Lanes at an edge: jumps of states, new inputs, and what follows from them."""
    changed = 0
    for lane in range(c.width):
        if c.entering[lane] > 0:
            c.entering[lane] = 0
            changed = 1
            s = c.stretch[lane]
            for i in range(c.n_states):
                at = i * c.width + lane
                c.y[at] += c.jumps[s * c.n_states + i]
                if c.y[at] > c.peak[at]:
                    c.peak[at] = c.y[at]
                if -c.y[at] > c.peak[at]:
                    c.peak[at] = -c.y[at]
            for i in range(c.n_inputs):
                c.u[i * c.width + lane] = c.inputs[s * c.n_inputs + i]
    if changed > 0:
        c.run("prepare")
    return 0


def propose(c: Workspace) -> int:
    """The length of the next step in each lane: as advised, but not beyond the edge."""
    for lane in range(c.width):
        h = _IDLE_STEP
        c.reaches_edge[lane] = 0
        if c.patient[lane] != IDLE:
            s = c.stretch[lane]
            left = c.edges[s + 1] - c.edges[s] - c.time[lane]
            h = c.next_step[lane]
            if h >= left * _NEAR:
                h = left
                c.reaches_edge[lane] = 1
            elif h > c.split * left:
                # Two equal steps rather than a long one and a crumb.
                h = 0.5 * left
        c.step[lane] = h
        c.step_size[lane] = h
    return 0


def judge(c: Workspace) -> int:
    """Accept or reject each lane's step, and set the length of its next."""
    for lane in range(c.width):
        c.accepted[lane] = 0
        if c.patient[lane] != IDLE:
            n = c.patient[lane]
            c.steps[n] += 1
            factor = c.judgement[c.width + lane]
            h = c.step[lane]
            if c.judgement[lane] <= 1.0:
                c.accepted[lane] = ACCEPTED
                if factor > c.growth:
                    factor = c.growth
                if c.just_rejected[lane] > 0 and factor > 1.0:
                    factor = 1.0
                c.just_rejected[lane] = 0
                following = h * factor
                # A step cut short by an edge says nothing against the longer one that was advised.
                if c.next_step[lane] > h and following < c.next_step[lane]:
                    following = c.next_step[lane]
                c.next_step[lane] = following
            else:
                # A NaN comes here too, and shrinks the step like the worst error.
                c.rejected[n] += 1
                c.just_rejected[lane] = 1
                c.reaches_edge[lane] = 0
                if factor > _SHRINK:
                    c.next_step[lane] = h * factor
                else:
                    c.next_step[lane] = h * _SHRINK
    return 0


def due(c: Workspace, lane: int) -> int:
    """Whether a report falls within the accepted step of a lane."""
    n = c.patient[lane]
    if n == IDLE or c.accepted[lane] != ACCEPTED or c.rows[n] >= c.n_times:
        return 0
    s = c.stretch[lane]
    when = c.times[c.rows[n]]
    if c.reaches_edge[lane] > 0:
        if when <= c.edges[s + 1]:
            return 1
    elif when - c.edges[s] <= c.time[lane] + c.step[lane]:
        return 1
    return 0


def report(c: Workspace) -> int:
    """Record all that falls within the accepted steps, one time a lane at once."""
    waiting = 0
    for lane in range(c.width):
        waiting += due(c, lane)
    while waiting > 0:
        for lane in range(c.width):
            c.theta[lane] = 1.0
            if due(c, lane) > 0:
                since = c.times[c.rows[c.patient[lane]]] - c.edges[c.stretch[lane]]
                share = (since - c.time[lane]) / c.step[lane]
                if share < 1.0:
                    c.theta[lane] = share
        c.run("dense")
        if c.n_observed > 0:
            c.run("observe")
        waiting = 0
        for lane in range(c.width):
            if due(c, lane) > 0:
                record(c, lane)
                waiting += due(c, lane)
    return 0


def record(c: Workspace, lane: int) -> int:
    """Write one row of a lane's report."""
    n = c.patient[lane]
    row = (n * c.n_times + c.rows[n]) * (c.n_seen + c.n_observed)
    for j in range(c.n_seen):
        c.reports[row + c.seen_to[j]] = c.within[c.seen[j] * c.width + lane]
    for j in range(c.n_observed):
        c.reports[row + c.asked_to[j]] = c.observed[c.asked[j] * c.width + lane]
    c.rows[n] += 1
    return 0


def advance(c: Workspace) -> int:
    """Move time on; lanes at an edge change stretch, or are done; how many are."""
    finished = 0
    for lane in range(c.width):
        n = c.patient[lane]
        if n != IDLE:
            over = 0
            if c.accepted[lane] == ACCEPTED:
                c.time[lane] += c.step[lane]
                if c.reaches_edge[lane] > 0:
                    c.stretch[lane] += 1
                    c.time[lane] = 0.0
                    if c.stretch[lane] + 1 >= c.first_stretch[c.schedule[n] + 1]:
                        over = 1
                        c.status[n] = DONE
                        for i in range(c.n_states):
                            c.final[n * c.n_states + i] = c.y[i * c.width + lane]
                    else:
                        c.entering[lane] = 1
                        if c.next_step[lane] > c.edge_step:
                            c.next_step[lane] = c.edge_step
            if over == 0 and c.next_step[lane] < c.smallest_step:
                over = 1
                c.status[n] = STUCK
                if c.judgement[lane] != c.judgement[lane]:
                    c.status[n] = NOT_FINITE
            if over == 0 and c.steps[n] >= c.most_steps:
                over = 1
                c.status[n] = TOO_MANY_STEPS
            if over > 0:
                c.patient[lane] = IDLE
                finished += 1
    return finished


#: In an order in which each calls only earlier ones.
FUNCTIONS = (seat, refill, record, begin, enter, propose, judge, due, report, advance, drive)
