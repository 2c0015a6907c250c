"""mainstay indicators: the epidemic indicators of a day, from an instance's facts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from mainstay.cli.analyse_cases import UNFITTED, print_nowcast
from mainstay.cli.analyse_input import (
    FEWEST,
    PRIOR,
    TOO_FEW,
    by_day,
    figure,
    percent,
    refusals,
    serial_interval_options,
    span,
)
from mainstay.cli.analyse_series import WINDOW, rt_line
from mainstay.cli.common import Day, emit, instance_options, open_instance, table

CLASSES = ("confirmed", "clinical", "probable", "asymptomatic", "suspected")
CLASS_HELP = "A class that counts as a case, as often as needed; else confirmed, clinical and probable."
LONGEST_HELP = "Days after which a case counts as reported."
DELAY, LEARN = click.IntRange(1, 365), click.IntRange(2, 3_660)
SHOWN_DAYS = 14
AS_OPTION = "as given on the command line"


@click.command()
@instance_options
@click.option("--on", type=Day(), required=True, help="The day as of whose end the indicators are made.")
@click.option("--known-at", type=click.IntRange(1), help="The number of a seal; the last where left out.")
@click.option("--disease", help="The disease; needed where there are facts of several.")
@click.option("--class", "classes", type=click.Choice(CLASSES), multiple=True, help=CLASS_HELP)
@click.option("--from", "start", type=Day(), help="The first day of the curve; see below where left out.")
@click.option("--window", type=WINDOW, default=7, show_default=True, help="Days in a window.")
@serial_interval_options
@click.option("--prior-mean", type=PRIOR, default=5.0, show_default=True, help="Mean of the prior of R.")
@click.option("--prior-sd", type=PRIOR, default=5.0, show_default=True, help="Standard deviation of the prior of R.")
@click.option("--longest-delay", type=DELAY, default=21, show_default=True, help=LONGEST_HELP)
@click.option("--learn-days", type=LEARN, help="The nowcast learns from so many days; from all where left out.")
@click.option("--follow-up-days", type=DELAY, help="Days for which contacts are followed; else as the editions say.")
@click.option("--population", type=click.Path(path_type=Path), help="A table `by, name, people` for attack rates.")
def indicators(home: str | None, as_json: bool, on: date, known_at: int | None, **options: Any) -> None:
    """The epidemic indicators of a day: curve, Rt, nowcast, delays, share in quarantine, attack rates, clusters.

    From what had become known by the day's end and stands in the ledger up to the seal; only reads.
    """
    open_instance(home)
    from mainstay.reports.queries.indicators import disease_meant, read_facts, seal_to_read
    from mainstay.reports.rules.indicators import indicators as made

    seal = seal_to_read(known_at)
    disease = disease_meant(options["disease"], seal)
    with refusals():
        found = made(read_facts(disease=disease, on=on, seal=seal), _settings(disease, on, seal, options))
    if as_json:
        emit("indicators", {"disease": disease, **found.as_data()}, as_of=on, known_at=seal.no if seal else None)
    else:
        _print(found, disease, on)


def _settings(disease: str, on: date, seal: Any, options: dict[str, Any]) -> Any:
    from mainstay.reports.queries.indicators import follow_up_of
    from mainstay.reports.rules.course import COUNTED, Settings
    from mainstay.science.indicators.reproduction import Prior

    interval, source = _interval(disease, options)
    days, clause = options["follow_up_days"], AS_OPTION
    if days is None:
        days, clause = follow_up_of(disease, on, seal)
    if options["start"] is not None and options["start"] > on:
        raise click.UsageError(f"--from {options['start']} lies after --on {on}: turn them round.")
    return Settings(
        classes=tuple(options["classes"]) or COUNTED,
        window_days=options["window"],
        serial_interval=interval,
        serial_interval_source=source,
        prior=Prior(options["prior_mean"], options["prior_sd"]),
        longest_delay_days=options["longest_delay"],
        learn_days=options["learn_days"],
        follow_up_days=days,
        follow_up_source=clause,
        start=options["start"],
        population=_population(options["population"]),
    )


def _interval(disease: str, options: dict[str, Any]) -> tuple[Any, str | None]:
    """(the serial interval, where it is from): an option, else what is assumed of the disease, else unknown."""
    from mainstay.reports.queries.serial_intervals import assumed_interval
    from mainstay.science.distributions import DiscretisedGamma

    given = by_day("--si", options["si_mean"], options["si_sd"], options["si_file"], DiscretisedGamma)
    if given is not None:
        return given, AS_OPTION
    return assumed_interval(disease)


def _population(file: Path | None) -> tuple[tuple[str, str, int], ...]:
    from mainstay.intake.plain import PlainColumn, read_plain

    if file is None:
        return ()
    read = read_plain(
        file,
        [
            PlainColumn("by", "choice", values={"all": "all", "sex": "sex", "age": "age"}),
            PlainColumn("name", "text"),
            PlainColumn("people", "integer", at_least=0, at_most=100_000_000),
        ],
    )
    rows = [(row.number, (row.values["by"], row.values["name"]), row.values["people"]) for row in read.rows]
    at: dict[tuple[str, str], int] = {}
    twice = []
    for number, key, _people in rows:
        if key in at:
            twice.append(f"row {number}: {key[0]} {key[1]} stands in row {at[key]} already. Give one number for each.")
        at.setdefault(key, number)
    if twice:
        raise read.refused(twice)
    return tuple((*key, people) for _number, key, people in rows)


# --- for people -----------------------------------------------------------------------------------------


def _print(found: Any, disease: str, on: date) -> None:
    settings = found.settings
    click.echo(f"{disease}, as of the end of {on}: {len(found.cases)} cases ({', '.join(settings.classes)})")
    if not found.cases:
        return
    _print_curve(found)
    _print_rt(found)
    click.echo("\nNowcast: who fell ill, reports still to come included")
    print_nowcast(found.nowcast)
    _print_delays(found)
    click.echo("\nNew cases already in quarantine, of those of whom it is known")
    for name, part in (
        (f"last {settings.window_days} days", found.in_quarantine),
        ("so far", found.in_quarantine_so_far),
    ):
        click.echo(f"{name}: {percent(part.share)}; not known of {part.not_known}")
    _print_attack(found)
    chains = found.clusters
    click.echo(f"\n{chains.clusters} clusters; the largest of {', '.join(map(str, chains.cluster_sizes[:10]))} cases")


def _print_curve(found: Any) -> None:
    click.echo(f"\nCurve, last {SHOWN_DAYS} days; without a day of onset {found.curve.off_onset.without_date}")
    days = [[day.date, day.onset, day.reported, day.confirmed] for day in found.curve.days[-SHOWN_DAYS:]]
    click.echo(table(("day", "onset", "reported", "confirmed"), days))


def _print_rt(found: Any) -> None:
    data = found.as_data()
    basis = data["rt_basis"]
    click.echo(f"\nRt by onset over {basis['window_days']} days")
    reason = dict(found.unknowns).get("rt")
    if reason is not None:
        click.echo(f"unknown: {reason}")
        return
    si = basis["si"]
    click.echo(f"serial interval mean {si['mean_days']:.3g}, sd {si['sd_days']:.3g} days, {si['source']}")
    lines = []
    for row, told in list(zip(found.rt.rows, data["rt"], strict=True))[-SHOWN_DAYS:]:
        *cells, words = rt_line(row)
        late = {True: "too low: reports are still to come", None: "reports may still be to come", False: ""}
        lines.append([*cells, ", ".join(word for word in (words, late[told["incomplete"]]) if word)])
    click.echo(table(("from", "to", "cases", "Rt", "95 %", ""), lines))


def _print_delays(found: Any) -> None:
    click.echo("\nDelays in days, the better fit")
    rows = [_delay_line(name.replace("_", " "), delay) for name, delay in found.delays.items()]
    click.echo(table(("delay", "cases", "mean", "95 %", ""), rows))


def _delay_line(name: str, delay: Any) -> list[Any]:
    best = delay.fitted[0]
    if delay.used < FEWEST:
        return [name, delay.used, "", "", TOO_FEW]
    if best.status != "estimate":
        return [name, delay.used, "", "", UNFITTED[best.status]]
    return [name, delay.used, figure(best.mean), span(best.mean_low, best.mean_high), "few" if best.small else ""]


def _print_attack(found: Any) -> None:
    click.echo("\nAttack rates; by contacts: infected of those whose end is known")
    rows = [_attack_line(row) for row in found.attack_rates]
    click.echo(table(("by", "", "cases", "of", "rate", "95 %", ""), rows))


def _attack_line(row: Any) -> list[Any]:
    of = row.population
    if row.outcome_unknown is not None:
        of -= row.outcome_unknown
    counts = [row.by, row.name, row.cases, of]
    if row.value is None:
        lacking = "the population is not known" if row.outcome_unknown is None else "the end of none is known"
        return [*counts, "", "", f"unknown: {lacking}"]
    if row.cases < FEWEST:
        return [*counts, "", "", "too few for a rate"]
    return [*counts, f"{row.value:.2%}", f"{row.low:.2%} to {row.high:.2%}", "few" if row.small else ""]
