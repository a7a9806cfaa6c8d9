"""`deqi protocols`, `deqi challenges`, `deqi patients`: what the libraries hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from deqi.cli.arguments import Argument, Option

if TYPE_CHECKING:
    from deqi.protocols import Contact, Protocol, Session

__all__ = ["challenges_command", "patients_command", "protocols_command"]

AsJson = Annotated[bool, Option("--json", help="Print one JSON object.")]


def protocols_command(
    name: Annotated[str | None, Argument(help="A protocol to show; without it, all are listed.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the protocols of the library, or show one: what was reported, and what had to be assumed."""
    from deqi.cli.output import print_json, print_table
    from deqi.protocols import load_protocol, protocols

    chosen = [load_protocol(name)] if name else list(protocols().values())
    if as_json:
        print_json(
            {
                "protocols": [
                    {**asdict(p), "missing": p.stricta.missing(), "warnings": p.warnings} for p in chosen
                ]
            }
        )
        return
    if not name:
        rows = [(p.name, p.role, str(sum(len(s.days) for s in p.sessions)), p.title) for p in chosen]
        print_table("", ("protocol", "role", "sessions", "title"), rows)
        return
    only = chosen[0]
    print(f"{only.title} ({only.role}, {only.condition})")
    for line in _what_is_done(only):
        print(line)
    for item, (number, meaning) in only.stricta.items().items():
        print(f"  {number:2} {meaning}: {getattr(only.stricta, item)}")
    for label, lines in (("assumed", only.assumptions), ("warning", only.warnings), ("source", only.cites)):
        for line in lines:
            print(f"{label}: {line}")


def _what_is_done(protocol: Protocol) -> list[str]:
    """Sessions, needles, medicines and rules, a line each."""
    lines = []
    for session in protocol.sessions:
        lines.append(f"sessions: {_visits(session)}, context {session.context:g}")
        for n in session.needlings:
            where = ", ".join(n.points) or f"{n.segmental:.0%} segmental, {n.local:.0%} local"
            current = ""
            if n.current_ma is not None:
                current = f", {'/'.join(f'{hz:g}' for hz in n.frequencies)} Hz {n.current_ma:g} mA"
            needles = f"{n.needles} needle{'s' if n.needles > 1 else ''}"
            lines.append(f"  {needles}, {n.technique}, {n.depth_mm:g} mm{current}: {where}")
    lines += [f"contacts: {_visits(c)}, context {c.context:g}" for c in protocol.contacts]
    lines += [
        f"medicine: {d.drug} {d.mg_per_day:g} mg a day, day {d.from_day:g} to {d.to_day:g}"
        for d in protocol.drugs
    ]
    lines += [f"dose: {d.drug} {d.mg:g} mg on day {d.day:g}, minute {d.minute:g}" for d in protocol.doses]
    lines += [f"exercise: {e.intensity:g}, day {e.from_day:g} to {e.to_day:g}" for e in protocol.exercise]
    lines += [f"challenge: {name}" for name in protocol.challenges]
    for rule in protocol.rules:
        days = ", ".join(f"{day:g}" for day in rule.decision_days(protocol))
        lines.append(f"rule: {rule.name}, decides on day {days or 'none'}")
    return lines


def _visits(visit: Session | Contact) -> str:
    days = sorted(visit.days)
    when = f"day {days[0]:g}" + (f" to {days[-1]:g}" if len(days) > 1 else "")
    return f"{len(days)} of {visit.minutes:g} min, {when}"


def challenges_command(as_json: AsJson = False) -> None:
    """List the challenges: drugs, blocks and lesions that an experimenter adds."""
    from deqi.cli.output import print_json, print_table
    from deqi.protocols import challenges

    found = challenges().values()
    if as_json:
        print_json({"challenges": [asdict(c) for c in found]})
        return
    print_table("", ("challenge", "acts by", "title"), [(c.name, c.acts, c.title) for c in found])


def patients_command(as_json: AsJson = False) -> None:
    """List the patient presets."""
    from deqi.atlas import format_segments
    from deqi.cli.output import print_json, print_table
    from deqi.models import patients

    found = patients().values()
    if as_json:
        print_json({"patients": [{"name": p.name, "title": p.title, "start": p.start} for p in found]})
        return
    rows = [(p.name, format_segments(p.site.pain_segments) or "-", p.title) for p in found]
    print_table("", ("patient", "pain enters at", "title"), rows)
