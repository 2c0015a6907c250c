"""What the analyses of single files share: reading a plain table or a line list, options, and how figures are said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from mainstay.platform.errors import MainstayError, code

ANALYSIS_INPUT = code("analysis.input", "An analysis cannot be made from what was given.")

# Below this many cases a table for people shows counts and no figure made from them.
FEWEST = 10
MOST_CASES = 10_000_000
LONGEST_SERIES_DAYS = 3_660
TOO_FEW = f"fewer than {FEWEST} cases: no figure"
COUNTED_APART = "read the file by a mapping, which counts such rows beside the figures"

# A serial interval as an epidemiologist would give it; the bounds only keep out what no arithmetic can hold.
DAYS_MEAN = click.FloatRange(0, 365, min_open=True)
DAYS_SD = click.FloatRange(0.05, 365)
PRIOR = click.FloatRange(0.01, 100)


def file_and_form(command: Callable[..., Any]) -> Callable[..., Any]:
    """FILE, --json and --mapping, which every analysis of one file takes."""
    command = click.option(
        "--mapping", help="Read FILE as a line list by this mapping: a shipped one's name, or a file."
    )(command)
    command = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(command)
    return click.argument("file", type=click.Path(path_type=Path))(command)


def serial_interval_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--si-mean with --si-sd, or --si-file."""
    command = click.option(
        "--si-file",
        type=click.Path(path_type=Path),
        help="The serial interval as a table: the column `probability`, a row for each day from day 0 on.",
    )(command)
    command = click.option("--si-sd", type=DAYS_SD, help="Its standard deviation in days.")(command)
    return click.option("--si-mean", type=DAYS_MEAN, help="Mean serial interval in days, above 1; with --si-sd.")(
        command
    )


@contextmanager
def refusals() -> Iterator[None]:
    """What science refuses, as an error of the command line."""
    from mainstay.science.inputs import InputError

    try:
        yield
    except InputError as error:
        facts = {"ids": list(error.ids), "reason": error.code}
        raise MainstayError(ANALYSIS_INPUT, error.sentence, facts) from error


def serial_interval(mean: float | None, sd: float | None, file: Path | None) -> Any:
    """The serial interval that the options give; a usage error unless they give exactly one."""
    from mainstay.science.distributions import DiscretisedGamma

    given = by_day("--si", mean, sd, file, DiscretisedGamma)
    if given is None:
        raise click.UsageError("The serial interval is needed: give --si-mean and --si-sd, or --si-file.")
    return given


def by_day(
    option: str, mean: float | None, sd: float | None, file: Path | None, make: Callable[[float, float], Any]
) -> Any:
    """A distribution by mean and sd or from a table; None where neither is given."""
    from mainstay.science.distributions import GivenByDay

    if file is not None and (mean is not None or sd is not None):
        raise click.UsageError(f"Give {option}-mean and {option}-sd, or {option}-file, not both.")
    if (mean is None) != (sd is None):
        raise click.UsageError(f"{option}-mean and {option}-sd belong together: give both.")
    with refusals():
        if file is not None:
            return GivenByDay(_probabilities(file))
        return None if mean is None or sd is None else make(mean, sd)


def _probabilities(file: Path) -> list[float]:
    from mainstay.intake.plain import PlainColumn, read_plain

    table = read_plain(
        file,
        [
            PlainColumn("probability", "number", also=("value",)),
            PlainColumn("day", "integer", optional=True, at_least=0, at_most=10_000),
        ],
    )
    if "day" in table.columns:
        wrong = [
            f"row {row.number}, column 'day': {row.values['day']} stands where day {day} is expected. "
            "Give a row for each day from day 0 on, in order, with 0 where it has no chance."
            for day, row in enumerate(table.rows)
            if row.values["day"] != day
        ]
        if wrong:
            raise table.refused(wrong[:1])
    return [row.values["probability"] for row in table.rows]


@dataclass(frozen=True)
class Series:
    """New cases day by day; how many fields were held, and how many cases have no day."""

    days: list[Any]
    held: int = 0
    without_day: int = 0


def read_series(file: Path, mapping: str | None) -> Series:
    """The daily series in a table of `date, cases`, or counted by day of onset from a line list."""
    if mapping is not None:
        return _counted(file, mapping)
    from mainstay.intake.plain import PlainColumn, read_plain
    from mainstay.science.indicators.series import DayCases

    table = read_plain(
        file,
        [
            PlainColumn("date", also=("dates",)),
            PlainColumn("cases", "integer", also=("I",), at_least=0, at_most=MOST_CASES),
            PlainColumn("imported", "integer", optional=True, may_be_empty=True, at_least=0, at_most=MOST_CASES),
        ],
    )
    faults = _faults_of_days(table.rows)
    if faults:
        raise table.refused(faults)
    with refusals():
        return Series(
            [DayCases(row.values["date"], row.values["cases"], row.values.get("imported") or 0) for row in table.rows]
        )


def _faults_of_days(rows: Iterable[Any]) -> list[str]:
    """Days that come twice or not at all, and more imported cases than cases, each with its row."""
    faults = []
    at: dict[date, int] = {}
    for row in rows:
        day, imported = row.values["date"], row.values.get("imported") or 0
        if day in at:
            faults.append(
                f"row {row.number}, column 'date': {day} stands in row {at[day]} already. Give one number for each day."
            )
        if imported > row.values["cases"]:
            faults.append(
                f"row {row.number}, column 'imported': {imported} of {row.values['cases']} cases. "
                "Give no more imported cases than there are cases."
            )
        at.setdefault(day, row.number)
    return faults + _holes(at)


def _holes(at: dict[date, int]) -> list[str]:
    days = sorted(at)
    if days and (days[-1] - days[0]).days > LONGEST_SERIES_DAYS:
        return [
            f"row {at[days[0]]}, column 'date': from {days[0]} to {days[-1]} (row {at[days[-1]]}) it is more than ten "
            "years. Correct the day, or give one outbreak at a time."
        ]
    return [
        f"row {at[after]}, column 'date': {(after - before).days - 1} day(s) are missing between {before} "
        f"(row {at[before]}) and {after}. Give 0 where nobody fell ill, or begin after the hole."
        for before, after in zip(days, days[1:], strict=False)
        if (after - before).days > 1
    ]


def _counted(file: Path, mapping: str) -> Series:
    from mainstay.science.indicators.series import DayCases

    found = read_line_list(file, mapping)
    onsets = Counter(line.first_of("onset") for line in found.lines)
    without = onsets.pop(None, 0)
    days = sorted(onsets)
    if not days:
        raise MainstayError(ANALYSIS_INPUT, f"{file}: no case has a day of onset. Use another mapping, or a table.")
    if (days[-1] - days[0]).days > LONGEST_SERIES_DAYS:
        raise MainstayError(
            ANALYSIS_INPUT,
            f"{file}: from the onset on {days[0]} to that on {days[-1]} it is more than ten years. Mend "
            "the wrong day, or give one outbreak at a time.",
        )
    all_days = [days[0] + timedelta(days=ahead) for ahead in range((days[-1] - days[0]).days + 1)]
    return Series([DayCases(day, onsets[day]) for day in all_days], found.held, without)


@dataclass(frozen=True)
class Line:
    """What one person's rows say: the first and last possible day of each event, and how the illness ended."""

    days: dict[str, tuple[date, date]]
    outcome: str | None = None
    outcome_date: date | None = None

    def first_of(self, event: str) -> date | None:
        found = self.days.get(event)
        return found[0] if found else None


@dataclass(frozen=True)
class LineList:
    """The persons of a line list, and how many fields or rows were held."""

    lines: list[Line]
    held: int = 0


def read_line_list(file: Path, mapping: str) -> LineList:
    """A line list by its mapping; each person once, of two days for one event the earlier."""
    from mainstay.intake.mapping import load
    from mainstay.intake.reader import examine, records
    from mainstay.intake.rules.cells import Context
    from mainstay.intake.rules.rows import RowReader
    from mainstay.platform.clock import local_date, now

    read = load(mapping)
    source = examine(file, read)
    reader = RowReader(read, source.header, Context("UTC", local_date(now(), "UTC")))
    persons: dict[tuple[str, str], list[Any]] = {}
    held = 0
    for number, cells in records(source):
        row = reader.read(number, cells)
        held += len(row.problems)
        names = {named.role: (named.scheme, named.identifier) for named in row.persons}
        for named in row.persons:
            if named.known:
                persons.setdefault(names[named.role], [])
        for draft in row.drafts:
            persons.setdefault(names[draft.says.role], []).append(draft.says)
    return LineList([_line(said) for said in persons.values()], held)


def _line(said: list[Any]) -> Line:
    days: dict[str, tuple[date, date]] = {}
    outcome: str | None = None
    outcome_date: date | None = None
    for says in said:
        first = says.day or says.first or says.last
        if says.fact == "outcome":
            outcome, outcome_date = dict(says.values)["value"], says.day
        if first is not None and (says.fact not in days or first < days[says.fact][0]):
            days[says.fact] = (first, says.day or says.last or first)
    return Line(days, outcome, outcome_date)


def read_events(file: Path, mapping: str | None, first: str, second: str) -> LineList:
    """Two events of each case from a table with a column for each (and `NAME_last`), or from a line list.

    A table in which the second event comes before the first is refused; a line list's such cases are counted apart.
    """
    if mapping is not None:
        found = read_line_list(file, mapping)
        for name in (first, second):
            if not any(name in line.days for line in found.lines):
                raise MainstayError(
                    ANALYSIS_INPUT,
                    f"{file}: the mapping reads no day of '{name}' from it; name a fact that it has.",
                    {"fact": name},
                )
        return found
    from mainstay.intake.plain import PlainColumn, read_plain

    columns = [PlainColumn(name, may_be_empty=True) for name in (first, second)]
    columns += [PlainColumn(f"{name}_last", may_be_empty=True, optional=True) for name in (first, second)]
    table = read_plain(file, columns)
    lines, faults = [], []
    for row in table.rows:
        days = {}
        for name in (first, second):
            begins, ends = row.values[name], row.values.get(f"{name}_last")
            if begins is not None and ends is not None and ends < begins:
                faults.append(
                    f"row {row.number}, column '{name}_last': {ends} lies before {begins}. Give the earlier day first."
                )
            elif begins is not None or ends is not None:
                days[name] = (begins or ends, ends or begins)
        if first in days and second in days and days[second][1] < days[first][0]:
            faults.append(
                f"row {row.number}, column '{second}': {days[second][1]} lies before the {first}, {days[first][0]}. "
                f"Correct the wrong one, or {COUNTED_APART}."
            )
        lines.append(Line(days))
    if faults:
        raise table.refused(faults)
    return LineList(lines)


def figure(value: float | None, digits: int = 2) -> str:
    """A number as a table shows it."""
    return "unknown" if value is None else f"{value:.{digits}f}"


def span(low: float | None, high: float | None, digits: int = 2) -> str:
    """An interval as a table shows it."""
    return "unknown" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"


def percent(part: Any) -> str:
    """A share of a whole in words: below ten in the whole the counts alone."""
    if part.value is None or part.of < FEWEST:
        return f"{part.count} of {part.of} (too few for a rate)" if part.of else "nobody yet"
    few = ", few" if part.small else ""
    return f"{part.value:.1%} ({part.count} of {part.of}; 95 % {part.low:.1%} to {part.high:.1%}{few})"


def end(held: int) -> int:
    """The exit code, after a word on what is held."""
    if held:
        click.echo(
            f"{held} fields or rows are held and count as unknown; `mainstay intake --dry-run` names them.", err=True
        )
    return 1 if held else 0
