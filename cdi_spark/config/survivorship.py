"""survivorship.yml: which value of each golden attribute survives."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from cdi_spark.config.strict import Strict, expression_over
from cdi_spark.schema import ATTRIBUTES, BIRTH_DATE_PRECISION, STRINGS

ValueRule = Literal["trusted", "recent", "frequent", "longest", "valid"]
Rule = Literal[ValueRule, "complete", "all"]
_LISTS = tuple(c.name for c in ATTRIBUTES if c.type == STRINGS)
_SINGLE = tuple(c.name for c in ATTRIBUTES if c.type != STRINGS)


class Attribute(Strict):
    """How one golden attribute or group is chosen; a bare list is its rules."""

    rules: list[Rule] = []
    """survivorship rules, first to last; empty: the package's own, else `default`"""
    source_of_truth: str | None = None
    """source whose value wins before all rules"""
    updated_by: Annotated[list[str], Field(min_length=1)] | None = None
    """the only sources whose values may survive; empty: all"""
    valid: str | None = None
    """SQL over silver.person's attributes, for the rule `valid`"""
    owner: str = ""
    """team that answers for the attribute"""

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, given: object) -> object:
        if given == []:
            raise ValueError("no rule; name at least one, or leave the attribute out.")
        return {"rules": given} if isinstance(given, list) else given

    @field_validator("valid")
    @classmethod
    def _over_attributes(cls, valid: str | None) -> str | None:
        if valid is None:
            return None
        known = [*(c.name for c in ATTRIBUTES), BIRTH_DATE_PRECISION.name]
        unknown = f"is no attribute of a record; there are {', '.join(known)}."
        return expression_over(known, valid, where="valid", unknown=unknown)


class Survivorship(Strict):
    """How each golden attribute is chosen among the entity's records: its rules, first to last.

    A steward's override wins before all, the source of truth before the rules. trusted: the source's trust, 1 before
    9; recent: newest updated_at, unknown last; frequent: the value of most records of the entity, in any case;
    longest: most characters; valid: values for which the attribute's `valid` holds; complete: most parts of a group
    filled (the region left out). all, for lists only and their only rule: the values of all records survive.
    """

    ADDRESS: ClassVar[tuple[str, ...]] = ("street", "city", "region", "postcode", "country")
    OWN: ClassVar[dict[str, Attribute]] = {
        # Typing errors rarely repeat, so the majority is right; of equally frequent values the longest is no nickname.
        "given_name": Attribute(rules=["frequent", "longest", "trusted"]),
        # Most records shorten it to an initial: here the majority is wrong.
        "middle_name": Attribute(rules=["longest", "frequent", "trusted"]),
        # Names change by marriage: of equally frequent values the newer is right.
        "family_name": Attribute(rules=["frequent", "recent", "trusted"]),
        # It does not change: agreement of records is better evidence than the newest record.
        "gender": Attribute(rules=["frequent", "trusted", "recent"]),
        # Forms and databases put these dates where none is known.
        "birth_date": Attribute(
            rules=["valid", "frequent", "trusted", "recent"],
            valid="birth_date_precision IN ('month', 'year') "
            "OR birth_date NOT IN (DATE '1900-01-01', DATE '1970-01-01')",
        ),
        "birth_place": Attribute(rules=["frequent", "trusted", "recent"]),
        "national_id": Attribute(rules=["frequent", "trusted", "recent"]),
        # People move; but a newer record with only a country must not replace a full address.
        "address": Attribute(rules=["complete", "recent", "trusted"]),
    }

    default: list[ValueRule] = Field(default=["trusted", "recent", "frequent"], min_length=1)
    """rules of attributes that are not named and have no rules of the package; lists use `all`"""
    groups: dict[str, Annotated[list[str], Field(min_length=2)]] = {}
    """attributes that survive together, from one record; the parts of an address always do"""
    attributes: dict[str, Attribute] = {}
    """by attribute or group, how it is chosen"""

    @field_validator("default")
    @classmethod
    def _needs_no_expression(cls, rules: list[ValueRule]) -> list[ValueRule]:
        if "valid" in rules:
            raise ValueError("valid uses an attribute's own expression; give it in attributes.")
        return rules

    @field_validator("groups")
    @classmethod
    def _are_disjoint(cls, groups: dict[str, list[str]]) -> dict[str, list[str]]:
        taken = dict.fromkeys(cls.ADDRESS, "address")
        for group, names in groups.items():
            if group == "address" or group in (*_SINGLE, *_LISTS):
                raise ValueError(
                    f"{group} cannot name a group: it has a meaning already. Choose another name."
                )
            for name in names:
                if name not in _SINGLE:
                    raise ValueError(
                        f"{name} is not an attribute with one value; those are {', '.join(_SINGLE)}."
                    )
                if name in taken:
                    raise ValueError(f"{name} survives with {taken[name]} already.")
                taken[name] = group
        return groups

    @model_validator(mode="after")
    def _has_a_choice(self) -> Self:
        choices = self.choices
        together = {name: choice for choice, names in choices.items() if len(names) > 1 for name in names}
        for name in self.attributes:
            if name in together:
                raise ValueError(f"{name} survives with the rest of {together[name]}; give rules to that.")
            if name not in choices:
                raise ValueError(f"{name} is not an attribute; those are {', '.join(choices)}.")
            rules = self.of(name).rules
            if "complete" in rules and name not in together.values():
                raise ValueError(f"{name} has no parts that could be complete; only groups have.")
            if "all" in rules and (name not in _LISTS or rules != ["all"]):
                raise ValueError(f"{name}: all must be the only rule, and is for lists: {', '.join(_LISTS)}.")
            if ("valid" in rules) != (self.of(name).valid is not None):
                raise ValueError(f"{name}: the rule valid and an expression `valid` need each other.")
        return self

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The columns of each group and each single attribute, which are chosen together."""
        groups = {"address": self.ADDRESS, **{group: tuple(names) for group, names in self.groups.items()}}
        grouped = {name for names in groups.values() for name in names}
        return groups | {c.name: (c.name,) for c in ATTRIBUTES if c.name not in grouped}

    def of(self, choice: str) -> Attribute:
        """Return how one of `choices` is chosen, with defaults filled in."""
        given, own = self.attributes.get(choice, Attribute()), self.OWN.get(choice, Attribute())
        usual: list[Rule] = ["all"] if choice in _LISTS else [*self.default]
        rules = given.rules or own.rules or usual
        valid = given.valid or (own.valid if "valid" in rules else None)
        return given.model_copy(update={"rules": rules, "valid": valid})
