"""mainstay analyse rt, case-reproduction, growth: figures from a daily series of new cases."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from mainstay.cli.analyse_input import (
    ANALYSIS_INPUT,
    FEWEST,
    PRIOR,
    TOO_FEW,
    Series,
    end,
    figure,
    file_and_form,
    read_series,
    refusals,
    serial_interval,
    serial_interval_options,
    span,
)
from mainstay.cli.common import Day, emit, table
from mainstay.platform.errors import MainstayError

WINDOW = click.IntRange(1, 3_660)
# What a status means, where its figure is no finding or not all of one.
PRIOR_ONLY = "no finding: no local case fell in the window, only the prior is left"
UNKNOWN_RT = "unknown: nobody in the series could have infected anybody"


@click.command()
@file_and_form
@serial_interval_options
@click.option("--window", type=WINDOW, default=7, show_default=True, help="Days in a window.")
@click.option("--prior-mean", type=PRIOR, default=5.0, show_default=True, help="Mean of the prior of R.")
@click.option("--prior-sd", type=PRIOR, default=5.0, show_default=True, help="Standard deviation of the prior of R.")
def rt(
    file: Path,
    as_json: bool,
    mapping: str | None,
    si_mean: float | None,
    si_sd: float | None,
    si_file: Path | None,
    window: int,
    prior_mean: float,
    prior_sd: float,
) -> None:
    """The effective reproduction number of each window of days, after Cori.

    FILE has the columns `date, cases` and perhaps `imported`, a row for every day.
    """
    from mainstay.science.indicators.reproduction import Prior, effective_reproduction_number

    interval = serial_interval(si_mean, si_sd, si_file)
    series = read_series(file, mapping)
    with refusals():
        found = effective_reproduction_number(series.days, interval, window, Prior(prior_mean, prior_sd))
    if as_json:
        emit("rt", found.as_data())
    else:
        _print_rt(found, series)
    sys.exit(end(series.held))


def _print_rt(found: Any, series: Series) -> None:
    click.echo(
        f"Rt over {found.window_days} days; serial interval mean {found.si.mean_days:.3g}, sd {found.si.sd_days:.3g} "
        f"days; prior mean {found.prior.mean:g}, sd {found.prior.sd:g}"
    )
    _print_windows(found, series, ("Rt", "95 %"), rt_line)


def rt_line(row: Any) -> list[Any]:
    """One window for people: its figure only where it is a finding, and a word where it rests on little."""
    days: list[Any] = [row.start_date, row.end_date, row.cases]
    if row.status == "prior_only":
        return [*days, "", "", PRIOR_ONLY]
    if row.status == "unknown":
        return [*days, "", "", UNKNOWN_RT]
    if row.cases - row.imported < FEWEST:
        return [*days, "", "", TOO_FEW]
    words = ["few cases"] * row.small + ["early"] * row.early
    words += [f"{row.without_infector} cases that nobody before could have caused"] * bool(row.without_infector)
    return [*days, figure(row.mean), span(row.q025, row.q975), ", ".join(words)]


@click.command("case-reproduction")
@file_and_form
@serial_interval_options
@click.option("--window", type=WINDOW, default=7, show_default=True, help="Days of onset in a cohort.")
def case_reproduction(
    file: Path,
    as_json: bool,
    mapping: str | None,
    si_mean: float | None,
    si_sd: float | None,
    si_file: Path | None,
    window: int,
) -> None:
    """How many the cases of each window of days are likely to have infected, after Wallinga and Teunis.

    FILE has the columns `date, cases` and perhaps `imported`, a row for every day.
    """
    from mainstay.science.indicators.case_reproduction import case_reproduction_number

    interval = serial_interval(si_mean, si_sd, si_file)
    series = read_series(file, mapping)
    with refusals():
        found = case_reproduction_number(series.days, interval, window)
    if as_json:
        emit("case.reproduction", found.as_data())
    else:
        _print_cohorts(found, series)
    sys.exit(end(series.held))


def _print_cohorts(found: Any, series: Series) -> None:
    click.echo(
        f"{found.cases} cases: {found.attributed} shared out among those before them, {found.imported} imported, "
        f"{found.without_infector} that nobody before could have caused"
    )
    _print_windows(found, series, ("infected each", "sd"), _cohort_line)


def _cohort_line(row: Any) -> list[Any]:
    days: list[Any] = [row.start_date, row.end_date, row.cases]
    if row.status == "unknown":
        return [*days, "", "", "unknown: no cases"]
    if row.cases < FEWEST:
        return [*days, "", "", TOO_FEW]
    words = ["few cases"] * row.small
    if row.status == "incomplete":
        words.append(f"too low: {row.share_seen:.0%} of their infectious time has passed")
    return [*days, figure(row.mean), figure(row.sd), ", ".join(words)]


@click.command()
@file_and_form
@click.option("--from", "first", type=Day(), help="The first day to use; the first of FILE where left out.")
@click.option("--to", "last", type=Day(), help="The last day to use; the last of FILE where left out.")
def growth(file: Path, as_json: bool, mapping: str | None, first: date | None, last: date | None) -> None:
    """The growth rate of daily cases, and the time in which they double or halve.

    FILE has the columns `date, cases`, a row for every day.
    """
    from mainstay.science.indicators.growth import growth_rate

    series = read_series(file, mapping)
    days = [day for day in series.days if (not first or day.date >= first) and (not last or day.date <= last)]
    if not days:
        raise MainstayError(
            ANALYSIS_INPUT,
            f"{file}: no day of it lies from {first or 'its first'} to {last or 'its last'}; name days that it has.",
        )
    with refusals():
        found = growth_rate(days)
    if as_json:
        emit("growth", found.as_data())
    else:
        _print_growth(found, series)
    sys.exit(end(series.held))


def _print_growth(found: Any, series: Series) -> None:
    click.echo(f"{found.cases} cases in {found.days} days, {found.start_date} to {found.end_date}")
    _say_without_day(series)
    if found.status == "unknown":
        click.echo("growth: unknown; no rate fits where there are no cases, or all fell on the first or the last day")
        return
    if found.cases < FEWEST:
        click.echo(f"growth: {TOO_FEW}")
        return
    few = ", few cases" if found.small else ""
    click.echo(f"growth per day: {found.rate_per_day:.4f} (95 % {found.low:.4f} to {found.high:.4f}{few})")
    click.echo(f"direction: {found.direction}")
    if found.direction == "unclear":
        return
    for word, time in (("doubling", found.doubling), ("halving", found.halving)):
        if time is not None:
            longest = "no longest can be named" if time.longest is None else f"{time.longest:.1f}"
            click.echo(f"{word} time in days: {time.days:.1f} (95 % {time.shortest:.1f} to {longest})")


def _print_windows(found: Any, series: Series, figures: tuple[str, str], line: Callable[[Any], list[Any]]) -> None:
    """A row for each window, or that the series is too short for one."""
    _say_without_day(series)
    if not found.rows:
        click.echo(f"The series has {len(series.days)} days: too short for a window of {found.window_days}.")
        return
    click.echo(table(("from", "to", "cases", *figures, ""), [line(row) for row in found.rows]))


def _say_without_day(series: Series) -> None:
    if series.without_day:
        click.echo(f"{series.without_day} cases without a day of onset are not in the series")
