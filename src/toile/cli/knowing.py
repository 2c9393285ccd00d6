"""`culture`: what is known of garments, and which work says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from toile.cli.app import JsonOption, app
from toile.errors import QueryError

if TYPE_CHECKING:
    from toile.culture.record import Record

culture_app = typer.Typer(no_args_is_help=True, help="Look into the knowledge base of garments and cultures.")
app.add_typer(culture_app, name="culture")

_LEVELS = ("open", "care", "restricted")


@culture_app.command()
def show(
    name: Annotated[str, typer.Argument(help="A garment: hanbok, 한복, han bok.")],
    as_json: JsonOption = False,
) -> None:
    """Print a record: each statement with the number of the work that it is from, or marked as a draft."""
    from toile.culture.lookup import record_named

    record = record_named(name)
    if as_json:
        typer.echo(record.model_dump_json(indent=1))
        return
    typer.echo("\n".join(_told(record)))


@culture_app.command("list")
def list_records(
    culture: Annotated[str | None, typer.Option(help="People, region, or ISO code of a country.")] = None,
    continent: Annotated[str | None, typer.Option(help="Africa, Americas, Asia, Europe or Oceania.")] = None,
    level: Annotated[str | None, typer.Option(help="open, care or restricted.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print records, one a line: id, name, people, countries, and how much care it asks for."""
    from toile.culture.lookup import records_of

    if level is not None and level not in _LEVELS:
        raise QueryError(f"level is {level!r}, expected one of {', '.join(_LEVELS)}")
    found = records_of(culture, continent=continent, level=cast(Any, level))
    if not found:
        raise QueryError("no record is of that kind; `toile culture list` names all")
    if as_json:
        typer.echo("[" + ", ".join(record.model_dump_json() for record in found.values()) + "]")
        return
    for key, record in found.items():
        where = ",".join(record.culture.countries)
        typer.echo(f"{key}\t{record.names.canonical}\t{record.culture.people}\t{where}\t{record.sensitivity.level}")


@culture_app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    import json

    from toile.culture.record import Record

    typer.echo(json.dumps(Record.model_json_schema(), indent=1))


def _told(record: Record) -> list[str]:
    native = ", ".join(name.text for name in record.names.native)
    lines = [
        f"{record.names.canonical}{f' ({native})' if native else ''}: {record.category}",
        f"{record.culture.people}; {record.culture.region} ({', '.join(record.culture.countries)})",
    ]
    if record.names.aliases:
        lines.append(f"also: {', '.join(record.names.aliases)}")
    for pointer, value in record.statements():
        cited = [
            str(number)
            for number, source in enumerate(record.sources, start=1)
            if any(pointer == known or pointer.startswith(f"{known}/") for known in source.supports)
        ]
        origin = f"[{', '.join(cited)}]" if cited else "(draft)"
        lines.append(f"  {pointer[1:]}: {value} {origin}")
    lines += [f"  not {one.value}: {one.why}" for one in record.contradictions]
    lines += [f"  not to be taken for {one.id}: {one.difference}" for one in record.confusable_with]
    for number, source in enumerate(record.sources, start=1):
        lines.append(
            f"[{number}] {', '.join(filter(None, (source.author, source.title, source.publisher)))}, {source.year}"
        )
    return lines
