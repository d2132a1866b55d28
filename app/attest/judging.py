"""The Verifier: from a report, the approved references and the bytes at hand to a judgement.

Reads, never writes. The rules are in app.domain.verdicts and app.domain.evidence; here the
facts they ask for are collected.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from app.attest import history
from app.attest.cases import Bench, Case, Opinion
from app.attest.comparing import Likeness, digests_of, likeness
from app.attest.lookups import Lookups
from app.attest.profiles import Part, Profile
from app.attest.trust import is_sound, judges, judging_references
from app.attest.wire import Measurement, Report
from app.domain import evidence as ladder
from app.domain.evidence import Level, ReadFacts, Standing
from app.domain.firmware import Digests, PagesOutcome
from app.domain.references import ReferenceStatus
from app.domain.verdicts import AgentVerdict, JudgeFacts, judge
from app.models import Reference, Scale

MOST_DIFFERENCES: Final = 512


def level_facts(report: Report) -> ReadFacts:
    """Return the recorded facts on which a reading's level stands."""
    return ReadFacts.from_wire(
        report.protocol,
        report.verdict,
        report.facts,
        self_reported=report.software_id is not None,
    )


def worth(report: Report, profile: Profile) -> Standing:
    """Return level and completeness of a reading, over the parts that the profile requires."""
    reached = ladder.level(level_facts(report))
    read = {
        name: reached
        for name, part in profile.parts.items()
        if part.is_covered_by(report.part(name))
    }
    if not profile.parts:
        read = {found.part: reached for found in report.measurements}
    if read:
        return ladder.over_parts(read, tuple(profile.parts))
    return Standing(min(reached, Level.E1), partial=True)


@dataclass(frozen=True, slots=True)
class Compared:
    """What an image says beside the references, whichever scale of theirs it was read from.

    Attributes:
        best: The reference to show beside the reading.
        digests: Of code and parameters; None without the bytes.
        is_decided: No unseen byte could acquit or convict.
    """

    best: Likeness | None
    digests: Digests | None
    approved_ids: frozenset[str]
    equal_ids: frozenset[str]
    was_on_file: bool
    is_decided: bool

    @property
    def parameters(self) -> str | None:
        """The digest of the parameters that were read."""
        return self.digests["parameters"] if self.digests else None

    @property
    def differences(self) -> tuple[tuple[int, int, str], ...]:
        """Where it differs from the best, by address."""
        detail = self.best.detail if self.best else None
        found = detail.differences[:MOST_DIFFERENCES] if detail else ()
        return tuple((each.start, each.end, each.kind.value) for each in found)


def opinion(known: Lookups, case: Case, bench: Bench, at: datetime) -> Opinion:
    """Return what the reading says and whether it counts.

    Raises:
        DomainError: A profile, reference or image cannot be relied on.
    """
    profile, report, scale = known.profile(case.scale), case.report, case.scale
    standing = worth(report, profile)
    part, seen = _program(report, profile)
    is_whole = not standing.partial and seen is not None and part is not None
    if report.verdict != AgentVerdict.READ or not is_whole:
        facts = _facts(known, case, standing, None, at)
        return Opinion(judgement=judge(facts), standing=standing)
    # A fleet runs few programs: what was compared for one scale holds for the next.
    key = ("compared", scale.model_id, scale.path, seen, report.software_id, scale.software_id)
    image = known.once(key, lambda: _compare(known, case, bench, at))
    facts = _facts(known, case, standing, image, at)
    is_clear = image.digests is not None or _needs_no_digest(facts)
    detail = image.best.detail if image.best else None
    return Opinion(
        judgement=judge(facts) if image.is_decided and is_clear else None,
        standing=standing,
        reference=image.best.reference if image.best else None,
        similarity=detail.similarity if detail else None,
        differences=image.differences,
        code=image.digests["code"] if image.digests else None,
        parameters=image.parameters,
        wants_image=image.digests is None,
        adjusted=facts.adjusted_since_baseline,
    )


def _compare(known: Lookups, case: Case, bench: Bench, at: datetime) -> Compared:
    """Compare the program that was read with every reference that judges the scale."""
    report, profile = case.report, known.profile(case.scale)
    part, seen = _program(report, profile)
    assert part is not None and seen is not None  # noqa: PT018, S101 - seen by the caller
    found = [
        likeness(bench.blobs, profile, part, reference, seen)
        for reference in _references(known, case.scale, bench, at)
    ]
    expected = report.software_id or case.scale.software_id or None
    best = _best(found, expected)
    return Compared(
        best=best,
        digests=digests_of(bench.blobs, profile, part, best, seen),
        approved_ids=frozenset(like.reference.software_id for like in found),
        equal_ids=frozenset(_ids(found, PagesOutcome.MATCH)),
        was_on_file=_was_on_file(known, case, bench, found),
        is_decided=_is_decided(found, expected),
    )


def _references(known: Lookups, scale: Scale, bench: Bench, at: datetime) -> list[Reference]:
    """Return the references that judge ``scale``: the same for all of one model and place."""
    return known.once(
        ("references", scale.model_id, scale.path),
        lambda: judging_references(known.session, scale, bench.key, at),
    )


def compare_all(known: Lookups, scale: Scale, report: Report, bench: Bench) -> None:
    """Compare a reading with every approved reference, for the cache's sake alone."""
    profile = known.profile(scale)
    part, seen = _program(report, profile)
    if part is None or not part.is_covered_by(seen) or seen is None:
        return
    rows = select(Reference).where(judges(scale), Reference.status == ReferenceStatus.APPROVED)
    key = ("approved", scale.model_id, scale.path)
    for reference in known.once(key, lambda: known.session.scalars(rows).all()):
        if reference.sha256 != seen.sha256:
            likeness(bench.blobs, profile, part, reference, seen)


def _program(report: Report, profile: Profile) -> tuple[Part | None, Measurement | None]:
    """Return the program's part and measurement; an unknown profile takes what was read."""
    seen = report.part("program")
    if profile.parts or seen is None:
        return profile.program, seen
    return Part(seen.part, seen.address, seen.length), seen


def _facts(
    known: Lookups, case: Case, standing: Standing, image: Compared | None, at: datetime
) -> JudgeFacts:
    report, scale, stands = case.report, case.scale, known.standing(case.scale)
    limit, took = known.profile(scale).answer_limit_ms, report.facts.get("answer_ms")
    parameters = image.parameters if image else None
    return JudgeFacts(
        agent=AgentVerdict(report.verdict),
        complete=not standing.partial and bool(report.measurements),
        approved_ids=image.approved_ids if image else frozenset(),
        equal_ids=image.equal_ids if image else frozenset(),
        was_on_file=image is not None and image.was_on_file,
        reported_id=report.software_id or None,
        registered_id=scale.software_id or None,
        parameters=parameters,
        baseline_parameters=scale.baseline_parameters,
        adjusted_since_baseline=_is_adjusted(known, scale, parameters),
        chip_uid=report.ueid,
        baseline_chip_uid=scale.baseline_ueid or None,
        late=limit is not None and isinstance(took, int) and took > limit,
        nonce=case.nonce,
        assigned=case.assigned,
        newer=history.is_newer(case, stands),
        standing=history.standing_verdict(scale, stands if stands is not case.own else None, at),
    )


def _is_adjusted(known: Lookups, scale: Scale, parameters: str | None) -> bool:
    """Return whether something on record explains other parameters; asked only where they are."""
    if parameters in {None, scale.baseline_parameters}:
        return False
    known.write()  # this asks the database about the readings before
    return history.is_adjusted_since_baseline(known.session, scale)


def _ids(found: list[Likeness], outcome: PagesOutcome) -> list[str]:
    return [like.reference.software_id for like in found if like.outcome is outcome]


def _was_on_file(known: Lookups, case: Case, bench: Bench, found: list[Likeness]) -> bool:
    """Return whether a reference of the reported id, which judges no more, may be the image.

    Its end is the custodians' affair: an honest scale is not accused of it.
    """
    reported, profile = case.report.software_id, known.profile(case.scale)
    part, seen = _program(case.report, profile)
    if not reported or reported in {like.reference.software_id for like in found}:
        return False
    ended = select(Reference).where(
        judges(case.scale),
        Reference.software_id == reported,
        Reference.approved_by_id.is_not(None),
    )
    return any(
        likeness(bench.blobs, profile, part, reference, seen).outcome is not PagesOutcome.MISMATCH
        for reference in known.session.scalars(ended)
        if part is not None and seen is not None and is_sound(reference, bench.key)
    )


def _is_decided(found: list[Likeness], expected: str | None) -> bool:
    """Return whether no unseen byte could acquit or convict.

    A program that differs from the expected one is a difference, whatever else it may be.
    """
    equal = _ids(found, PagesOutcome.MATCH)
    if equal and (expected is None or expected in equal):
        return True
    asked = [like for like in found if expected in {None, like.reference.software_id}] or found
    return not _ids(asked, PagesOutcome.UNDECIDED)


def _needs_no_digest(facts: JudgeFacts) -> bool:
    """Return whether the parameters, which only the bytes tell, could not change a verdict."""
    return facts.baseline_parameters is None or not facts.equal_ids


def _best(found: list[Likeness], expected: str | None) -> Likeness | None:
    """Return the reference to show beside the reading: an equal one, the expected, the nearest."""
    return max(
        found,
        key=lambda like: (
            like.outcome is PagesOutcome.MATCH,
            like.reference.software_id == expected,
            like.detail.similarity if like.detail else 0,
            like.reference.id,
        ),
        default=None,
    )
