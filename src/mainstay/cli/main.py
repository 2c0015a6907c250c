"""The `mainstay` command. Each command's module is read only when it is called: `--help` stays quick."""

from __future__ import annotations

import sys
from importlib import import_module

import click

# command -> (module, function, one line for --help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("instance", "init", "Make a new instance in a folder."),
    "intake": ("intake", "intake", "Take in a file of rows by a mapping."),
    "rejects": ("intake", "rejects", "List what is held for mending, or send mended rows again."),
    "give-back": ("give_back", "give_back", "Give a file back as their workbook, with what was added."),
    "cycle": ("cycle", "cycle", "Run the operational period of a day."),
    "replay": ("cycle", "replay", "Run the periods from one day to another."),
    "duties": ("duties", "duties", "List duties as they stood on a day, with their totals."),
    "explain": ("duties", "explain", "Say why a person owes what, clause by clause."),
    "report": ("report", "report", "The situation report of any day."),
    "reconcile": ("reconcile", "reconcile", "Set register, hospital and laboratory side by side."),
    "indicators": ("indicators", "indicators", "Make the epidemic indicators of a day."),
    "check": ("check", "check", "Prove that nothing was changed and nobody missed."),
    "protocol": ("protocol", "protocol", "List, show, validate, compare, try and adopt editions."),
    "serve": ("serve", "serve", "Serve the pages, on this machine or to colleagues in the same network."),
    "work": ("work", "work", "Do the jobs that are due, beside a server or on another machine."),
    "jobs": ("jobs", "jobs", "List the queue of jobs, and try again what was given up."),
    "backup": ("backup", "backup", "Write all of the instance into one file, while it runs."),
    "restore": ("backup", "restore", "Make an instance of a backup, on either database."),
    "user": ("user", "user", "Open accounts, give and withdraw roles, make links and tokens."),
    "analyse": ("analyse", "analyse", "Analyse files without an instance."),
    "demo": ("demo", "demo", "An invented outbreak, replayed over thirty days."),
}


class Lazy(click.Group):
    """A group that imports a command's module when it is called, and lists them without."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _line = COMMANDS[cmd_name]
        return getattr(import_module(f"mainstay.cli.{module}"), function)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, _function, line) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mainstay")
def cli() -> None:
    """Mainstay: how a city runs its response to an epidemic, so that nobody is missed.

    Exit codes: 0 done, 1 done with findings or rejects, 2 your mistake (nothing written), 3 the machine's.
    """


def main() -> None:
    """The entry point: errors become one sentence and the exit code of the contract."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from mainstay.platform.errors import MainstayError

    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; what was done stays done, the rest can be run again.", err=True)
        sys.exit(3)
    except MainstayError as error:
        click.echo(f"mainstay: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # the machine's fault, not the caller's: a sentence first, the trace behind it
        _machine_fault(error)


def _machine_fault(error: Exception) -> None:
    import traceback

    click.echo(f"mainstay: something failed that is not your doing: {type(error).__name__}: {error}", err=True)
    click.echo("".join(traceback.format_exception(error)), err=True)
    sys.exit(3)
