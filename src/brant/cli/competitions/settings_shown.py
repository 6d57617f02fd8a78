"""How the settings of a competition are shown: all of them to programs, those that are set to people."""

from typing import TYPE_CHECKING

from brant.cli.output import Column, Format, Output, Value

if TYPE_CHECKING:
    from brant.contract.hosting_messages import CompetitionSettings


def columns() -> tuple[Column, ...]:
    """A column for each setting, under the wire's name."""
    from msgspec.structs import fields

    from brant.contract.hosting_messages import CompetitionSettings

    return tuple(Column(field.encode_name) for field in fields(CompetitionSettings))


def show(settings: "CompetitionSettings", output: Output, format_: Format) -> None:
    """Prints them."""
    named = columns()
    values = [_value(getattr(settings, field)) for field in settings.__struct_fields__]
    if output.is_table and not format_.fields:
        pairs = [pair for pair in zip(named, values, strict=True) if pair[1]]
        named, values = tuple(column for column, _ in pairs), [value for _, value in pairs]
    if named:
        output.details(named, values)


def _value(value: Value) -> Value:
    from brant.contract.codec import WireEnum

    if isinstance(value, WireEnum):
        return None if value.value.endswith("_UNSPECIFIED") else value.value
    return value
