"""Which weights build a load well enough: an exact search, one set first, few weights of it.

Source of the third: OIML R 76-1:2006, 3.7.1 (the error of the weights is at most 1/3 of the
instrument's limit at that load). The errors of all weights on the pan add up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.weights import UG

SHARE: Final = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A weight that may be used; ``bound_ug`` as `app.domain.weights.bound_ug` gives it.

    Attributes:
        of_set: Name of the set whose case it lies in; empty for a single weight.
    """

    key: str
    nominal_mg: int
    bound_ug: int
    of_set: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The weights chosen, the weights of each load, and the loads that cannot be built."""

    keys: tuple[str, ...]
    by_load: Mapping[int, tuple[str, ...]]
    short: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Pile:
    """Weights on the pan: their error so far, and which."""

    bound_ug: int
    keys: tuple[str, ...]


# The sum of nominals so far; then the number of weights, and the best pile of so many.
_Piles = dict[int, dict[int, _Pile]]


def good_enough(bound_ug: int, mpe_mg: int) -> bool:
    """Return whether weights with that error may test a load with that limit."""
    return SHARE * bound_ug <= mpe_mg * UG


def choose(candidates: Sequence[Candidate], demands: Mapping[int, int]) -> Chosen:
    """Return weights that build every load of ``demands`` with at most 1/3 of its limit.

    The largest load chooses first; a smaller one takes what is chosen already where it can.

    Args:
        demands: The limit of the instrument in mg, by load in mg.
    """
    taken: list[str] = []
    by_load: dict[int, tuple[str, ...]] = {}
    short = []
    for load in sorted(demands, reverse=True):
        held = [one for one in candidates if one.key in taken]
        found = build(held, load, demands[load]) or build(candidates, load, demands[load])
        if found is None:
            short.append(load)
            continue
        by_load[load] = found
        taken += [key for key in found if key not in taken]
    return Chosen(tuple(taken), by_load, tuple(sorted(short)))


def choose_by_set(candidates: Sequence[Candidate], demands: Mapping[int, int]) -> Chosen:
    """Like `choose`, but of one set where one does it: a verifier carries one case.

    Where none does, the set that does most is taken along with whatever helps it, single
    weights before another case.
    """
    groups: dict[str, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(one.of_set, []).append(one)
    best, taken = choose(candidates, demands), list[Candidate]()
    cannot = len(best.short)
    while groups and (not taken or len(best.short) > cannot):
        tries = {name: choose([*taken, *group], demands) for name, group in groups.items()}
        name = min(tries, key=lambda name: _rank(name, tries[name], bool(taken)))
        best = tries[name]
        taken += groups.pop(name)
    return best


def alone(candidates: Sequence[Candidate], demands: Mapping[int, int]) -> dict[str, Chosen]:
    """Return what is chosen of each set that builds alone as much as all weights together."""
    cannot = choose(candidates, demands).short
    names = sorted({one.of_set for one in candidates if one.of_set})
    found = {
        name: choose([one for one in candidates if one.of_set == name], demands) for name in names
    }
    return {name: chosen for name, chosen in found.items() if chosen.short == cannot}


def _rank(name: str, found: Chosen, helps: bool) -> tuple[int, bool, int, str]:  # noqa: FBT001
    """Return what makes set ``name`` the better choice: a case first, what helps it is single."""
    is_single = not name
    return len(found.short), is_single is not helps, len(found.keys), name


def build(candidates: Sequence[Candidate], load_mg: int, mpe_mg: int) -> tuple[str, ...] | None:
    """Return the fewest weights that make up ``load_mg`` well enough, None where none do."""
    piles = _piles(candidates, load_mg).get(load_mg, {})
    good = [n for n, pile in piles.items() if good_enough(pile.bound_ug, mpe_mg)]
    return piles[min(good)].keys if good else None


def makes(candidates: Sequence[Candidate], load_mg: int) -> bool:
    """Return whether the nominals of some weights add up to ``load_mg``, good enough or not."""
    return load_mg in _piles(candidates, load_mg)


def _piles(candidates: Sequence[Candidate], load_mg: int) -> _Piles:
    """Return the best piles that add up to ``load_mg``, or are on the way to it.

    From the heaviest nominal down; of equal nominals the finest is taken first. A pile is
    kept only while the lighter weights can still make up what is missing, so that few are.
    """
    groups: dict[int, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: (-one.nominal_mg, one.bound_ug, one.key)):
        groups.setdefault(one.nominal_mg, []).append(one)
    rest = sum(one.nominal_mg for one in candidates)
    piles: _Piles = {0: {0: _Pile(0, ())}}
    for nominal, group in groups.items():
        rest -= nominal * len(group)
        piles = _with(piles, group, (load_mg - rest, load_mg))
    return piles


def _with(piles: _Piles, group: Sequence[Candidate], window: tuple[int, int]) -> _Piles:
    """Return ``piles`` with 0, 1, 2 … of ``group`` on top, those inside ``window``."""
    lowest, highest = window
    nominal, found = group[0].nominal_mg, _Piles()
    for total, by_count in piles.items():
        most = min(len(group), (highest - total) // nominal)
        fewest = max(0, -((total - lowest) // nominal))
        for extra in range(fewest, most + 1):
            onto = found.setdefault(total + extra * nominal, {})
            for count, pile in by_count.items():
                _keep_finer(onto, count + extra, _stacked(pile, group[:extra]))
    return {total: _worth(by_count) for total, by_count in found.items()}


def _stacked(pile: _Pile, more: Sequence[Candidate]) -> _Pile:
    return _Pile(
        pile.bound_ug + sum(one.bound_ug for one in more),
        pile.keys + tuple(one.key for one in more),
    )


def _keep_finer(onto: dict[int, _Pile], count: int, pile: _Pile) -> None:
    known = onto.get(count)
    if known is None or pile.bound_ug < known.bound_ug:
        onto[count] = pile


def _worth(by_count: Mapping[int, _Pile]) -> dict[int, _Pile]:
    """Return the piles without those that take more weights and are no finer for it."""
    found: dict[int, _Pile] = {}
    finest = None
    for count in sorted(by_count):
        bound = by_count[count].bound_ug
        if finest is None or bound < finest:
            found[count], finest = by_count[count], bound
    return found
