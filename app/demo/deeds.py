"""Each thing that is done to a scale of the demo, through the services that people use."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from app.configure import service as configure
from app.configure.service import SealSeen
from app.configure.service.codes import NewCode, adopt_code
from app.demo import body, newcomers, stalls
from app.demo.fleet import Line
from app.demo.world import World
from app.domain.calendar import local_date
from app.domain.lifecycle import Action, ScaleRole
from app.domain.seals import SealOwner, SealState
from app.domain.verification import VerificationKind, VerificationResult
from app.manage.service import Act, Deploy, Document, SuspendReason, deploy, perform, stop_order
from app.models import CodeKind
from app.portal import service as tags
from app.verify.expiry import expire
from app.verify.service import NewVerification, record_verification

Step = Callable[[World, Line, datetime], object]
FAILED_ITEMS: Final = (("eccentricity",), ("weighing_up",), ("repeatability", "eccentricity"))


def is_placed(line: Line) -> bool:
    """Return whether it is handed out to somebody; a fair scale to everybody."""
    return bool(line.stall) or line.role is ScaleRole.FAIR


def register(world: World, line: Line, at: datetime) -> None:
    """Put it into the register, with the photo of its plate where there is one."""
    by = world.by("manager")
    scale = configure.register_scale(
        world.session, newcomers.as_it_came(world, line, local_date(at)), by=by, at=at
    )
    world.scales[line.no] = scale
    if picture := world.photos.get(line.no):
        digest = world.work.blobs.put(picture)
        configure.bind_photo(world.session, scale, digest, by=by, at=at)


def adopt_city_code(world: World, line: Line, at: datetime) -> None:
    """Let the code find it that the city stuck on it."""
    value = f"https://yicheng.nantong.example/c/3206{line.no:08d}"
    command = NewCode(CodeKind.CITY, value, "localhost")
    scale = world.scales[line.no]
    adopt_code(world.session, scale, command, by=world.by("manager"), at=at)


def tag(world: World, line: Line, at: datetime) -> None:
    """Stick our own tag on it."""
    tags.issue(world.session, world.scales[line.no], by=world.by("manager"), at=at)


def passed(world: World, line: Line, at: datetime) -> None:
    """Verify it: a new mark and a new seal."""
    scale, count = world.scales[line.no], len(world.marks)
    world.marks.append(scale.id)
    command = NewVerification(
        result=VerificationResult.PASS,
        kind=_kind(world, line),
        verified_on=local_date(at),
        body=body.NAME,
        verifier=world.people["verifier"],
        label_no=f"TZ{local_date(at).year}-{count + 1:05d}",
        seal_no=f"Q{count + 1:06d}",
    )
    record_verification(world.session, scale, command, by=world.by("verifier"), at=at)


def failed(world: World, line: Line, at: datetime) -> None:
    """Verify it; it is not accurate any more."""
    command = NewVerification(
        result=VerificationResult.FAIL,
        kind=_kind(world, line),
        verified_on=local_date(at),
        body=body.NAME,
        verifier=world.people["verifier"],
        certificate_no=f"TZ{local_date(at).year}-T{line.no:04d}",
        failed_items=FAILED_ITEMS[line.no % len(FAILED_ITEMS)],
    )
    scale = world.scales[line.no]
    record_verification(world.session, scale, command, by=world.by("verifier"), at=at)


def _kind(world: World, line: Line) -> VerificationKind:
    first = world.scales[line.no].id not in world.marks
    return VerificationKind.INITIAL if first else VerificationKind.SUBSEQUENT


def hand_out(world: World, line: Line, at: datetime) -> None:
    """Give it to the trader at the stall, who signed an agreement."""
    _hand_out(world, line, line.trader, at)


def hand_out_anew(world: World, line: Line, at: datetime) -> None:
    """Give it to the trader who took over the stall."""
    _hand_out(world, line, stalls.successor(line), at)


def _hand_out(world: World, line: Line, trader: str, at: datetime) -> None:
    spot = stalls.spot(world, line, trader, at)
    deploy(world.session, world.scales[line.no], Deploy(*spot), by=world.by("manager"), at=at)


def given_back(world: World, line: Line, at: datetime) -> None:
    """Take it back: its trader leaves the market."""
    _act(world, line, at, action=Action.RETURN)
    stalls.left(world, line, at)


def expired(world: World, line: Line, at: datetime) -> None:
    """Let the time do its work."""
    expire(world.session, world.scales[line.no].id, at=at)


def seal_broken(world: World, line: Line, at: datetime) -> None:
    """Find the verification's seal broken."""
    scale = world.scales[line.no]
    world.session.refresh(scale, ["seals"])
    (seal,) = (
        one
        for one in scale.seals
        if one.owner is SealOwner.VERIFICATION and one.state is SealState.INTACT
    )
    seen = SealSeen(seal, SealState.BROKEN)
    configure.change_seal(world.session, scale, seen, by=world.by("inspector"), at=at)


def stopped(world: World, line: Line, at: datetime) -> None:
    """Order that it is used no longer."""
    order = Document(f"通市监停字〔{local_date(at).year}〕{line.no % 40 + 1}号")
    stop_order(world.session, world.scales[line.no], order, by=world.by("inspector"), at=at)


def _act(
    world: World,
    line: Line,
    at: datetime,
    *,
    action: Action,
    who: str = "manager",
    reason: SuspendReason | None = None,
) -> None:
    asked = Act(action=action, reason=reason)
    perform(world.session, world.scales[line.no], asked, by=world.by(who), at=at)


submit: Final = partial(_act, action=Action.SUBMIT)
to_repair: Final = partial(_act, action=Action.SEND_TO_REPAIR)
repaired: Final = partial(_act, action=Action.COMPLETE_REPAIR, who="repairer")
resumed: Final = partial(_act, action=Action.RESUME, who="inspector")
stored: Final = partial(_act, action=Action.STORE)
retired: Final = partial(_act, action=Action.RETIRE)
display_fails: Final = partial(_act, action=Action.SUSPEND, reason=SuspendReason.DISPLAY)
spot_checked: Final = partial(
    _act, action=Action.SUSPEND, who="inspector", reason=SuspendReason.SPOT_CHECK
)
complained_of: Final = partial(
    _act, action=Action.SUSPEND, who="inspector", reason=SuspendReason.COMPLAINT
)
