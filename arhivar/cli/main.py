# SPDX-License-Identifier: EUPL-1.2
"""The command `arhivar`: shared options, exit codes, and how errors end a command."""

import ast
import importlib
import json
import sys
import traceback
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import click

from arhivar import VERSION
from arhivar.cli.output import Output, choose_language
from arhivar.log import set_format, set_level
from arhivar.settings import Settings, load_settings
from schemas.disk import disk_error
from schemas.errors import EXIT_BUG, EXIT_USAGE, ArhivarError
from schemas.messages import Language, Message

COMMANDS = (
    "init",
    "ingest",
    "watch",
    "status",
    "report",
    "metrics",
    "serve",
    "token",
    "reread",
    "retry",
    "accept",
    "reject",
    "search",
    "show",
    "export",
    "inventory",
    "verify",
    "rebuild",
    "replicate",
    "backup",
    "restore",
    "audit",
    "publish",
    "withdraw",
    "classify",
    "access",
)

_BUG = Message(
    ro="Eroare internă în Arhivar. Raportați-o cu textul de mai sus; nimic nu s-a pierdut, comanda poate fi reluată.",
    en="An internal error of Arhivar. Report it with the text above; nothing is lost, the command can be run again.",
)


@dataclass(slots=True)
class Context:
    """What every command gets: settings and output."""

    home: Path | None
    asked_language: str | None
    _settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        if self._settings is None:
            self._settings = load_settings(home=self.home)
            set_format(self._settings.log_format)
        return self._settings

    @property
    def language(self) -> Language:
        return choose_language(self.asked_language, self.settings.language)

    def output(self, *, as_json: bool) -> Output:
        return Output(self.language, as_json)


class _Commands(click.Group):
    """Loads a command's module when it is called, so that `arhivar --help` starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"arhivar.cli.{cmd_name}_cmd")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, but with the summaries read from the modules' text: importing them all takes seconds."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])


def _summary(name: str) -> str:
    """The first sentence of a command's docstring, without importing what the command needs."""
    tree = ast.parse((Path(__file__).parent / f"{name}_cmd.py").read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "command")
    text = next((ast.get_docstring(function) or "" for function in functions), "")
    return " ".join(text.split("\n\n")[0].split()).split(". ")[0].removesuffix(".") + "."


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="arhivar")
@click.option("--home", type=click.Path(path_type=Path), help="Folder of the archive (else ARHIVAR_HOME).")
@click.option("--lang", type=click.Choice([one.value for one in Language]), help="Language of messages (else locale).")
@click.option("--log", type=click.Choice(["debug", "info", "warning", "error"]), default="warning", show_default=True)
@click.pass_context
def cli(ctx: click.Context, home: Path | None, lang: str | None, log: str) -> None:
    """Arhivar: from scanned binders to records that people can find, trust and use.

    Exit codes: 0 done and reconciled; 1 done, but something waits for a person (quarantine, unreadable page,
    difference); 2 usage; 3 and up a family of errors (docs/errors.md); 70 a bug.
    """
    set_level(log)
    ctx.obj = Context(home=home, asked_language=lang)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and end the process with the documented exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        status: Any = cli.main(args=words, prog_name="arhivar", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        status = EXIT_USAGE
    except click.ClickException as error:
        error.show()
        status = EXIT_USAGE
    except click.Abort:
        status = 130
    except ArhivarError as error:
        status = _report(error, words)
    except BrokenPipeError:
        status = 0
    except Exception as error:  # noqa: BLE001 - the last resort: a bug must be told apart from a user's error
        trouble = disk_error(error, Path(getattr(error, "filename", None) or "ARHIVAR_HOME"))
        if trouble is not None:
            status = _report(trouble, words)
        else:
            traceback.print_exc()
            click.echo(_BUG.say(_language_of(words)), err=True)
            status = EXIT_BUG
    sys.exit(status if isinstance(status, int) else 0)


def _report(error: ArhivarError, words: list[str]) -> int:
    text = error.say(_language_of(words))
    if "--json" in words:
        click.echo(json.dumps({"error": {"code": error.code, "message": text}}, ensure_ascii=False))
    else:
        click.echo(text, err=True)
    return error.exit_code


def _language_of(words: list[str]) -> Language:
    """The language for an error that may have come before the settings were read."""
    asked = next((after for word, after in pairwise(words) if word == "--lang"), None)
    asked = next((word.removeprefix("--lang=") for word in words if word.startswith("--lang=")), asked)
    return choose_language(asked)
