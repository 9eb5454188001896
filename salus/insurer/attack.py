"""Attacks the privacy of a benefit table, to tell an insurer how much its claims will give away.

The attacker has the table and the whole chain, but no card. It knows how often other people need which
benefit, for how many nights and at what price, and names for each claim the likeliest of the benefits that
look alike. It goes up a ladder: each rung uses one more thing that the chain shows. The patients are dealt
into parts; the claims of a part are attacked with what the other parts teach, so that nobody's own claims
help against them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log

from salus.base.errors import InputError
from salus.insurer.onlooker import Seen
from salus.product import BenefitRow, Table
from salus.product.alike import alike
from salus.product.settings import Provider, Setting

PARTS = 5
"""Into how many parts the patients are dealt."""
_RARE = 0.1
"""What a benefit counts that no other patient has used: less than one that a single claim was for."""

Chances = Mapping[str, float]
"""How likely each benefit is, by its code."""
_Facts = tuple[Callable[[Seen], Hashable], ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """What the attacker uses: all that the rungs before it use, and more."""

    name: str
    setting: Callable[[Setting], Setting | None]
    """What it uses of the setting."""
    facts: _Facts = ()
    """What it tells claims apart by, coarse before fine."""
    together: bool = False
    """Whether it takes the claims together that share the blinded name of a benefit."""


def _leading(digits: int) -> Callable[[Seen], Hashable]:
    def of(claim: Seen) -> tuple[int, str]:
        amount = str(claim.billed)
        return len(amount), amount[:digits]

    return of


_CASE: _Facts = (lambda claim: min(claim.nights, 14), lambda claim: min(claim.bills, 4))
_AMOUNTS: _Facts = (_leading(1), _leading(2), lambda claim: claim.billed)


def _nothing(setting: Setting) -> None:
    return None


def _flag(setting: Setting) -> Setting:
    return setting._replace(provider=Provider.GENERAL)


def _all(setting: Setting) -> Setting:
    return setting


LADDER = (
    Rung("terms", _nothing),
    Rung("and flag and group", _flag),
    Rung("and kind of provider", _all),
    Rung("and nights, and bills of the case", _all, _CASE),
    Rung("and amounts", _all, _CASE + _AMOUNTS),
    Rung("and all claims under one blinded benefit", _all, _CASE + _AMOUNTS, together=True),
)
_FLAG = LADDER[1]


@dataclass(frozen=True, slots=True)
class Score:
    """The shares of the claims whose benefit, and whose category of care, the attacker named rightly."""

    by: str
    benefit: float
    category: float


@dataclass(frozen=True, slots=True)
class Attack:
    """What an attack found."""

    claims: int
    patients: int
    chance: Score
    """Without base rates: any of those that look alike, in an emergency or not."""
    named: tuple[Score, ...]
    """For each rung of the ladder."""


def attack(claims: Iterable[Seen], table: Table) -> Attack:
    """Attacks all claims. Raises InputError if there are not two patients, one to learn from the other.

    >>> from salus import fhir, product, samples
    >>> from salus.insurer.onlooker import seen
    >>> family, people = product.shipped("family"), samples.generate(seed=7, start=20_454)
    >>> records = [person.to_json() for person in people]
    >>> bills = fhir.read(records, family, profile=samples.profile(), today=20_454 + 365)
    >>> found = attack(seen(bills, family), family)
    >>> found.claims, found.patients, len(found.named)
    (45, 6, 6)
    """
    known = list(claims)
    patients = sorted({claim.patient for claim in known})
    if len(patients) < 2:
        raise InputError(
            "hold bills under this table of fewer than two patients, and base rates come from others",
            field="records",
            remedy="name the records of more patients",
        )
    part_of = {patient: number % PARTS for number, patient in enumerate(patients)}
    parts = [[claim for claim in known if part_of[claim.patient] == part] for part in range(PARTS)]
    lookalikes = _Lookalikes(table)
    named = tuple(
        _mean(
            rung.name,
            [
                result
                for part, attacked in enumerate(parts)
                for result in _Attacker(rung, lookalikes, _all_but(parts, part)).results(attacked)
            ],
        )
        for rung in LADDER
    )
    chance = _mean("chance: any of those that look alike", [_guess(claim, lookalikes) for claim in known])
    return Attack(len(known), len(patients), chance, named)


class _Lookalikes:
    """The benefits that look alike, as each rung sees them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._alike = {
            (found.setting, benefit.code): found.benefits
            for found in alike(table)
            for benefit in found.benefits
        }

    def of(self, claim: Seen, rung: Rung) -> tuple[BenefitRow, ...]:
        """Returns the benefits that the claim may be for."""
        setting = rung.setting(claim.setting)
        if setting is None:
            return tuple(row for row in self.table if row.terms == claim.benefit.terms)
        return self._alike[setting, claim.benefit.code]


class _Attacker:
    """Names benefits on one rung, with what it has learnt from some claims."""

    def __init__(self, rung: Rung, lookalikes: _Lookalikes, known: Sequence[Seen]) -> None:
        self._rung, self._lookalikes = rung, lookalikes
        self._usual = Counter(claim.benefit.code for claim in known)
        self._under: dict[Hashable, Counter[str]] = defaultdict(Counter)
        for claim in known:
            for key in self._keys(claim):
                self._under[key][claim.benefit.code] += 1

    def results(self, attacked: Sequence[Seen]) -> Iterator[tuple[float, float]]:
        """Yields for each claim 1 or 0: whether its benefit was named, and whether its category was."""
        together: dict[Hashable, list[Seen]] = defaultdict(list)
        for number, claim in enumerate(attacked):
            together[claim.name if self._rung.together else number].append(claim)
        for claims in together.values():
            chances = _agreed([self._chances(claim) for claim in claims])
            benefit, category = _likeliest(chances), _likeliest(self._by_category(chances))
            for claim in claims:
                yield float(claim.benefit.code == benefit), float(claim.benefit.category == category)

    def _chances(self, claim: Seen) -> Chances:
        """The base rates of those that look alike, sharpened by claims that share more and more facts. Few
        such claims change little."""
        rows = self._lookalikes.of(claim, self._rung)
        usual = {row.code: self._usual[row.code] + _RARE for row in rows}
        chances = {code: count / fsum(usual.values()) for code, count in usual.items()}
        for key in self._keys(claim):
            alike_in_this = self._under.get(key, Counter())
            count = sum(alike_in_this[code] for code in chances)
            chances = {code: (alike_in_this[code] + chance) / (count + 1) for code, chance in chances.items()}
        return chances

    def _keys(self, claim: Seen) -> Iterator[Hashable]:
        key: tuple[Hashable, ...] = ()
        for fact in (lambda claim: self._rung.setting(claim.setting), *self._rung.facts):
            key = (*key, fact(claim))
            yield key

    def _by_category(self, chances: Chances) -> dict[str, float]:
        found: dict[str, float] = defaultdict(float)
        for code, chance in chances.items():
            found[self._lookalikes.table[code].category] += chance
        return found


def _agreed(several: Sequence[Chances]) -> Chances:
    """What several claims for the same benefit say together: the mean of their logarithms. Their sum would
    trust claims of one patient, which resemble each other, as if they were of many."""
    first, *others = several
    if not others:
        return first
    shared = [code for code in first if all(code in one for one in others)]
    return {code: 2 ** (fsum(log(one[code], 2) for one in several) / len(several)) for code in shared}


def _likeliest(chances: Mapping[str, float]) -> str:
    return max(sorted(chances), key=chances.__getitem__)


def _guess(claim: Seen, lookalikes: _Lookalikes) -> tuple[float, float]:
    rows = lookalikes.of(claim, _FLAG)
    same = sum(row.category is claim.benefit.category for row in rows)
    return 1 / len(rows), same / len(rows)


def _all_but(parts: Sequence[Sequence[Seen]], left_out: int) -> list[Seen]:
    return [claim for number, part in enumerate(parts) if number != left_out for claim in part]


def _mean(by: str, results: Sequence[tuple[float, float]]) -> Score:
    benefit, category = (fsum(column) / len(results) for column in zip(*results, strict=True))
    return Score(by, benefit, category)
