"""mainstay analyse delays, nowcast, cfr: figures from a line list, a row for each case."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click

from mainstay.cli.analyse_input import (
    ANALYSIS_INPUT,
    DAYS_MEAN,
    DAYS_SD,
    FEWEST,
    TOO_FEW,
    Line,
    LineList,
    by_day,
    end,
    figure,
    file_and_form,
    percent,
    read_events,
    read_line_list,
    refusals,
    span,
)
from mainstay.cli.common import Day, emit, table
from mainstay.platform.errors import MainstayError

ON = "The day as of which to look; the last that FILE names where left out."
ENDED = {"died": "died", "dead": "died", "recovered": "recovered", "discharged": "recovered"}
FAMILIES = {"gamma": "gamma", "log_normal": "log-normal"}
UNFITTED = {
    "unknown": "unknown: no delay",
    "no_spread": "no fit: the delays differ by less than dates can show",
    "not_identified": "no fit: too little time has passed to tell long delays from none",
}
UNCORRECTED = {
    "too_early": "too early: no case has been ill for long enough to have died",
    "more_than_due": "no figure: more have died than this delay allows, so it does not fit",
    "no_delay": "unknown: the days from onset to death are not known; give --delay-mean and --delay-sd",
}
NO_RECOVERY = "unknown: no recovery is written down"


@click.command()
@file_and_form
@click.option("--first", default="onset", show_default=True, help="The first event: its column, or a mapping's fact.")
@click.option("--second", default="report", show_default=True, help="The second event, likewise.")
@click.option("--on", type=Day(), help="The last day whose second events are known; none is waited for where left out.")
def delays(file: Path, as_json: bool, mapping: str | None, first: str, second: str, on: date | None) -> None:
    """The delay from one event to another, as written down and as fitted with censoring and truncation.

    FILE has a column for each event, and perhaps `NAME_last` where only a range of days is known.
    """
    from mainstay.science.indicators.delays import Days, DelayRecord
    from mainstay.science.indicators.delays import delays as fitted

    if first == second:
        raise click.UsageError("--first and --second name one event: name two.")
    read = read_events(file, mapping, first, second)
    with refusals():
        found = fitted(
            [
                DelayRecord(*(Days(*line.days[name]) if name in line.days else None for name in (first, second)))
                for line in read.lines
            ],
            on,
        )
    if as_json:
        emit("delays", {"first": first, "second": second, **found.as_data()}, as_of=on)
    else:
        _print_delays(found, first, second)
    sys.exit(end(read.held))


def _print_delays(found: Any, first: str, second: str) -> None:
    click.echo(
        f"{first} to {second}: {found.used} of {found.records} records used; without {first} {found.without_first}, "
        f"without {second} {found.without_second}, later than the day {found.not_yet}, "
        f"{second} before {first} {found.second_first}"
    )
    if found.used < FEWEST:
        click.echo(TOO_FEW)
        return
    seen = found.observed
    click.echo(
        f"\nas written down, in days: mean {seen.mean:.2f}, sd {seen.sd:.2f}, median {seen.median:g}, "
        f"quartiles {seen.q25:g} to {seen.q75:g}, {seen.min:g} to {seen.max:g}"
    )
    click.echo("\nas fitted, the better first:")
    rows = [_fitted_line(fit) for fit in found.fitted]
    click.echo(table(("distribution", "mean", "95 %", "sd", "95 %", "median", "95 % below", ""), rows))


def _fitted_line(fit: Any) -> list[Any]:
    name = FAMILIES[fit.family]
    if fit.status != "estimate":
        return [name, "", "", "", "", "", "", UNFITTED[fit.status]]
    return [
        name,
        figure(fit.mean),
        span(fit.mean_low, fit.mean_high),
        figure(fit.sd),
        span(fit.sd_low, fit.sd_high),
        figure(fit.median),
        figure(fit.q95),
        "few delays" if fit.small else "",
    ]


@click.command()
@file_and_form
@click.option("--on", type=Day(), help=ON)
@click.option(
    "--longest-delay",
    type=click.IntRange(1, 365),
    default=21,
    show_default=True,
    help="Days after which a case counts as reported.",
)
@click.option("--window", type=click.IntRange(2, 3_660), help="Learn from the last so many days; all where left out.")
def nowcast(
    file: Path, as_json: bool, mapping: str | None, on: date | None, longest_delay: int, window: int | None
) -> None:
    """How many fell ill on each of the last days, reports still to come included.

    FILE has the columns `onset, report`, a row for each case.
    """
    from mainstay.science.indicators.nowcast import ReportedCase
    from mainstay.science.indicators.nowcast import nowcast as estimated

    read = read_events(file, mapping, "onset", "report")
    day = on or _last_day(file, (line.first_of("report") for line in read.lines))
    cases = [ReportedCase(line.first_of("onset"), line.first_of("report")) for line in read.lines]
    with refusals():
        found = estimated(cases, day, longest_delay, window)
    if as_json:
        emit("nowcast", found.as_data(), as_of=day)
    else:
        print_nowcast(found)
    sys.exit(end(read.held))


def print_nowcast(found: Any) -> None:
    """The last days for people."""
    click.echo(
        f"as of {found.on}: {found.used} of {found.cases} cases used; without onset {found.without_onset}, "
        f"not reported {found.without_report}, later {found.after}; shares learnt from {found.rests_on}"
    )
    click.echo(
        table(("day", "reported", "fell ill", "95 %", ""), [_nowcast_line(row, found.rests_on) for row in found.rows])
    )


def _nowcast_line(row: Any, rests_on: int) -> list[Any]:
    if row.status == "unknown":
        return [row.date, row.reported, "", "", "unknown: the share reported so soon is not known"]
    if row.status == "complete":
        return [row.date, row.reported, figure(row.point, 0), "", "complete"]
    if rests_on < FEWEST:
        return [row.date, row.reported, "", "", TOO_FEW]
    words = f"{row.share_reported:.0%} reported" + (", few cases" if row.small else "")
    return [row.date, row.reported, figure(row.point, 1), f"{row.low} to {row.high}", words]


@click.command()
@file_and_form
@click.option("--on", type=Day(), help=ON)
@click.option("--delay-mean", type=DAYS_MEAN, help="Mean days from onset to death; with --delay-sd.")
@click.option("--delay-sd", type=DAYS_SD, help="Their standard deviation. Left out: fitted to the deaths of FILE.")
@click.option(
    "--delay-file",
    type=click.Path(path_type=Path),
    help="Onset to death as a table: the column `probability`, a row for each day from day 0 on.",
)
def cfr(
    file: Path,
    as_json: bool,
    mapping: str | None,
    on: date | None,
    delay_mean: float | None,
    delay_sd: float | None,
    delay_file: Path | None,
) -> None:
    """The case fatality ratio: of all cases, of those whose illness has ended, and corrected for deaths to come.

    FILE has the columns `onset, outcome, outcome_date`; outcome is died, recovered, discharged, or empty.
    """
    from mainstay.science.distributions import DayCensored, Gamma
    from mainstay.science.indicators.fatality import CaseOutcome, case_fatality

    given = by_day("--delay", delay_mean, delay_sd, delay_file, lambda mean, sd: DayCensored(Gamma(mean, sd)))
    read = _outcomes(file, mapping)
    day = on or _last_day(file, (each for line in read.lines for each in (line.first_of("onset"), line.outcome_date)))
    delay, told = (given, _told(given, "given", None)) if given is not None else _fitted_delay(read.lines, day)
    with refusals():
        found = case_fatality(
            [CaseOutcome(line.first_of("onset"), line.outcome, line.outcome_date) for line in read.lines], delay, day
        )
    if as_json:
        emit("cfr", {"on": day, "delay": told, **found.as_data()}, as_of=day)
    else:
        _print_cfr(found, day, told)
    sys.exit(end(read.held))


def _outcomes(file: Path, mapping: str | None) -> LineList:
    if mapping is not None:
        found = read_line_list(file, mapping)
        lines = [Line(line.days, ENDED.get(line.outcome or ""), line.outcome_date) for line in found.lines]
        return LineList(lines, found.held)
    from mainstay.intake.plain import PlainColumn, read_plain

    words = {spelling: word for name, word in ENDED.items() for spelling in (name, name.capitalize(), name.upper())}
    read = read_plain(
        file,
        [
            PlainColumn("onset", may_be_empty=True),
            PlainColumn("outcome", "choice", may_be_empty=True, values=words),
            PlainColumn("outcome_date", may_be_empty=True),
        ],
    )
    lines, faults = [], []
    for row in read.rows:
        onset, outcome, ended = (row.values[name] for name in ("onset", "outcome", "outcome_date"))
        if ended is not None and outcome is None:
            faults.append(
                f"row {row.number}, column 'outcome': it is empty, with the day {ended}. Say how it ended, or leave "
                "the day out."
            )
        elif ended is not None and onset is not None and ended < onset:
            faults.append(
                f"row {row.number}, column 'outcome_date': {ended} lies before the onset, {onset}. Correct the wrong "
                "one, or leave one of both empty."
            )
        lines.append(Line({} if onset is None else {"onset": (onset, onset)}, outcome, ended))
    if faults:
        raise read.refused(faults)
    return LineList(lines)


def _fitted_delay(lines: Iterable[Line], on: date) -> tuple[Any, dict[str, Any]]:
    """(days from onset to death as the deaths of the file tell them, how it was fitted); None where they do not."""
    from mainstay.science.distributions import DayCensored, Gamma, LogNormal
    from mainstay.science.indicators.delays import between, delays

    deaths = [between(line.first_of("onset"), line.outcome_date) for line in lines if line.outcome == "died"]
    best = delays(deaths, on).fitted[0]
    if best.status != "estimate":
        return None, {"source": "unknown", "mean_days": None, "sd_days": None, "deaths": best.n}
    made = (Gamma if best.family == "gamma" else LogNormal)(best.mean, best.sd)
    delay = DayCensored(made)
    return delay, _told(delay, "fitted", best.n)


def _told(delay: Any, source: str, deaths: int | None) -> dict[str, Any]:
    return {"source": source, "mean_days": delay.mean_days, "sd_days": delay.sd_days, "deaths": deaths}


def _print_cfr(found: Any, on: date, delay: dict[str, Any]) -> None:
    click.echo(
        f"as of {on}: {found.cases} cases; died {found.deaths}, recovered {found.recovered}, outcome unknown "
        f"{found.outcome_unknown}; later {found.after}"
    )
    click.echo(f"of all cases:        {percent(found.naive)}")
    click.echo(f"of those ended:      {percent(found.among_ended) if found.recovered else NO_RECOVERY}")
    click.echo(f"corrected for delay: {_corrected(found.corrected)}")
    if delay["source"] != "unknown":
        made = "as given" if delay["source"] == "given" else f"fitted to {delay['deaths']} deaths of the file"
        click.echo(f"onset to death: mean {delay['mean_days']:.1f}, sd {delay['sd_days']:.1f} days, {made}")


def _corrected(found: Any) -> str:
    if found.status != "estimate":
        return UNCORRECTED[found.status]
    if found.cases < FEWEST:
        return f"{found.deaths} of {found.cases} (too few for a rate)"
    few = ", few" if found.small else ""
    return (
        f"{found.value:.1%} (95 % {found.low:.1%} to {found.high:.1%}{few}); {found.share_due:.0%} of the deaths "
        "to come have happened"
    )


def _last_day(file: Path, days: Iterable[date | None]) -> date:
    known = [day for day in days if day is not None]
    if not known:
        raise MainstayError(ANALYSIS_INPUT, f"{file}: no row names a day to look from; give --on.")
    return max(known)
