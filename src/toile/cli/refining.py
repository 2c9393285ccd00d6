"""`refine`: a short brief to a prompt whose every cultural statement has its source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toile.cli.app import JsonOption, app, parse_pairs
from toile.errors import DataError, QueryError

if TYPE_CHECKING:
    from toile.culture.refining import Refined
    from toile.culture.session import RefineSession

_HELP = (
    "lock FIELD[=VALUE], set FIELD=VALUE, remove FIELD, swap [GARMENT], more, less, other, undo;\n"
    "say sleeves are too narrow; show, save FILE, quit. Fields: garment, culture, shape, material, colour, motif, "
    "technique, occasion, wearer, scene."
)


@app.command()
def refine(
    *,
    brief: Annotated[str | None, typer.Argument(help='A short brief: "Nigerian wedding guest".')] = None,
    culture: Annotated[str | None, typer.Option(help="People, country or region, where the brief doesn't say.")] = None,
    occasion: Annotated[str | None, typer.Option(help="What it is worn for.")] = None,
    lock: Annotated[list[str] | None, typer.Option(help="FIELD=VALUE: colour=green; may be repeated.")] = None,
    tradition: Annotated[float, typer.Option(help="0: no more than the outline; 1: all that is known.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Another seed chooses otherwise where several would do.")] = 0,
    model: Annotated[
        str | None,
        typer.Option(help="A language model: its name at OPENAI_BASE_URL, or a folder in transformers' layout."),
    ] = None,
    policy: Annotated[
        str, typer.Option(help="What no record stands for in a model's prose: strict drops it, flag tells, open keeps.")
    ] = "strict",
    allow_restricted: Annotated[
        str | None, typer.Option(help="Why a restricted garment is to be shown, for teaching or research.")
    ] = None,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Change it step by step.")] = False,
    session: Annotated[Path | None, typer.Option(help="Go on with a session that was saved.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn a short brief into a full one; what is said of a culture comes from records, with their sources."""
    from toile.culture.session import RefineSession
    from toile.tasks.refine import refiner, wishes_of

    if (brief is None) == (session is None):
        raise typer.BadParameter("give either a BRIEF or --session FILE")
    language_model = None
    if model is not None:
        from toile.culture.chat import language_model as opened

        language_model = opened(model)
    refining = refiner(model=language_model, policy=policy)
    if session is not None:
        try:
            held = RefineSession.from_json(session.read_text(encoding="utf-8"), refining)
        except OSError as error:
            raise DataError(f"{session} can't be read: {error}; give a file that a session has saved") from error
    else:
        assert brief is not None, "checked above"
        wishes = wishes_of(
            culture=culture,
            occasion=occasion,
            lock=parse_pairs(lock or (), "lock", "colour=green"),
            tradition=tradition,
            seed=seed,
            allow_restricted=allow_restricted,
        )
        held = RefineSession(brief, wishes, refining)
    if interactive:
        _converse(held)
    if as_json:
        typer.echo(held.refined.to_json())
        return
    if not interactive:
        typer.echo("\n".join(told(held.refined)))


def told(refined: Refined) -> list[str]:
    """A refined brief in lines: slots with what they are from, the prompt, and what the user should know."""
    works = {work: number for number, work in enumerate((one.work for one in refined.citations), start=1)}
    lines = []
    for slot in refined.slots:
        numbers = [str(works[one.work]) for one in refined.citations if slot.value in one.slots]
        origin = "you" if slot.source == "user" else slot.source.split("#")[0]
        known = f"[{', '.join(numbers)}]" if numbers else "(draft)" if slot.is_draft else ""
        lines.append(f"{slot.field:<10}{slot.value}  · {origin} {known}".rstrip())
    if refined.prompt:
        lines += ["", refined.prompt]
    if refined.prompt_short != refined.prompt:
        lines += ["", f"short: {refined.prompt_short}"]
    lines += ["", *(f"[{number}] {work}" for work, number in works.items())] if works else []
    lines += [f"? {question}" for question in refined.questions]
    lines += [f"! {warning}" for warning in refined.warnings]
    lines += [f"- {notice}" for notice in refined.notices]
    return lines


def _converse(session: RefineSession) -> None:
    """The terminal's side of a session; a wrong step changes nothing."""
    typer.echo(_HELP, err=True)
    typer.echo("\n".join(told(session.refined)))
    while True:
        try:
            line = input("refine> ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        match line.partition(" "):
            case ("" | "show", _, _):
                typer.echo("\n".join(told(session.refined)))
            case ("quit" | "exit" | "q", _, _):
                return
            case ("help" | "?", _, _):
                typer.echo(_HELP, err=True)
            case ("save", _, name):
                _save(session, name.strip())
            case _:
                try:
                    session.do(line)
                except QueryError as error:
                    typer.echo(str(error), err=True)
                else:
                    typer.echo("\n".join([*session.changes(), "", session.refined.prompt]))


def _save(session: RefineSession, name: str) -> None:
    try:
        Path(name or "session.json").write_text(session.to_json() + "\n", encoding="utf-8")
    except OSError as error:
        typer.echo(f"can't write {name}: {error}", err=True)
