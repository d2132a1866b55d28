"""Who may call what: worksheets, campaigns and rule sets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.permissions import (
    AUTHORITY,
    BODY_STAFF,
    CAMPAIGN_PLANNERS,
    CAMPAIGN_READERS,
    RULE_READERS,
    STANDARD_READERS,
)
from app.domain.roles import Role
from app.domain.rules.builtin import documents
from app.ledger.projections import digest
from tests.support.world import HERE
from tests.web.matrix.lines import FILE_READERS, PUBLIC, SIGNING, Line, roles

RULE_SET: Final = {"rule_set": digest(documents()[0])}
DRAFT: Final = {
    "scale": "@scale",
    "document": {"v": 1, "kind": "initial", "purpose": "first", "scale": "@scale"},
}
CAMPAIGN: Final = {"uid": "campaign"}
FILL: Final = {"kind": "all", "within_days": "9"}
VISIT_BODY: Final = {"held_on": "2026-11-23", "crew": ["@person"]}
CAMPAIGN_BODY: Final = {
    "body": "@body",
    "path": HERE,
    "name": "n",
    "since": "2026-11-23",
    "until": "2026-11-23",
    "markets": ["@place"],
    "verifiers": ["@person"],
}

# fmt: off
MATRIX: Final[Mapping[str, Line]] = MappingProxyType({
    "verify_api.rule_sets.rule_sets":   roles(*RULE_READERS, shared=True),
    "verify_api.rule_sets.rule_set":    roles(*RULE_READERS, shared=True, parts=RULE_SET),
    "verify_api.rule_sets.install":     roles(Role.ADMIN, shared=True),
    "verify_api.rule_sets.withdraw":    roles(Role.ADMIN, shared=True, parts=RULE_SET),
    "verify_api.rule_sets.recomputation": roles(*SIGNING, Role.AUDITOR),
    "rules.index":                      roles(*RULE_READERS, shared=True),
    "rules.show":                       roles(*RULE_READERS, shared=True, parts=RULE_SET),
    "rules.document":                   roles(*RULE_READERS, shared=True, parts=RULE_SET),
    "rules.new":                        roles(Role.ADMIN, shared=True),
    "rules.look":                       roles(Role.ADMIN, shared=True),
    "rules.install":                    roles(Role.ADMIN, shared=True),
    # 404: none was installed
    "rules.withdraw":                   roles(Role.ADMIN, shared=True, parts={"uid": "scale"},
                                              inside={404}),
    "verify.record":                    roles(Role.VERIFIER, parts={"uid": "scale"}),
    "verify.save":                      roles(Role.VERIFIER, parts={"uid": "scale"}),
    "worksheets.mine":                  roles(Role.VERIFIER, shared=True),
    "worksheets.write":                 roles(Role.VERIFIER, parts={"uid": "scale"}),
    "worksheets.worker":                PUBLIC,
    "worksheets.choose":                roles(Role.VERIFIER),
    # 404: it asks for scales by their uids behind the question mark
    "worksheets.together":              roles(Role.VERIFIER, shared=True, inside={404}),
    # 404: the draft is the verifier's own; inspectors have theirs
    "drafts.stored":                    roles(Role.VERIFIER, *AUTHORITY,
                                              parts={"draft": "draft"}, inside={404}),
    "drafts.save":                      roles(Role.VERIFIER, *AUTHORITY, shared=True,
                                              parts={"draft": "draft"}),
    # 422: a draft that was just begun is not complete
    "drafts.submit":                    roles(Role.VERIFIER, *AUTHORITY,
                                              parts={"draft": "draft"}, inside={404}),
    "drafts.discard":                   roles(Role.VERIFIER, *AUTHORITY,
                                              parts={"draft": "draft"}, inside={404}),
    "verify_api.worksheets.listed":     roles(Role.VERIFIER, shared=True),
    "verify_api.worksheets.read":       roles(Role.VERIFIER, parts={"draft": "draft"}),
    "verify_api.worksheets.save":       roles(Role.VERIFIER, parts={"draft": "draft"},
                                              body=DRAFT, inside={412}),
    "verify_api.worksheets.submit":     roles(Role.VERIFIER, parts={"draft": "draft"}),
    "verify_api.worksheets.give_up":    roles(Role.VERIFIER, parts={"draft": "draft"}),
    "campaigns.index":                  roles(*CAMPAIGN_READERS),
    "campaigns.new":                    roles(*CAMPAIGN_PLANNERS),
    "campaigns.create":                 roles(*CAMPAIGN_PLANNERS,
                                              body={"body": "@body", "path": HERE}),
    "campaigns.show":                   roles(*CAMPAIGN_READERS, parts=CAMPAIGN),
    "campaigns.start":                  roles(*CAMPAIGN_PLANNERS, parts=CAMPAIGN),
    "campaigns.close":                  roles(*CAMPAIGN_PLANNERS, parts=CAMPAIGN),
    "campaigns.fill":                   roles(*CAMPAIGN_PLANNERS, parts=CAMPAIGN, body=FILL),
    "campaign_days.add":                roles(*CAMPAIGN_PLANNERS,
                                              parts=CAMPAIGN, body={"place": "@place"}),
    "campaign_days.show":               roles(*CAMPAIGN_READERS, parts=CAMPAIGN),
    "campaign_days.change":             roles(*CAMPAIGN_PLANNERS, parts=CAMPAIGN),
    "campaign_days.remove":             roles(*CAMPAIGN_PLANNERS, parts=CAMPAIGN),
    "campaign_days.add_line":           roles(*CAMPAIGN_PLANNERS,
                                              parts=CAMPAIGN, body={"number": "9"}),
    "campaign_days.chosen":             roles(*CAMPAIGN_PLANNERS,
                                              parts=CAMPAIGN,
                                              body={"what": "excuse", "scale": "@scale"}),
    "campaign_days.end":                roles(*CAMPAIGN_PLANNERS, parts=CAMPAIGN),
    "campaign_papers.notices":          roles(*CAMPAIGN_READERS, parts=CAMPAIGN),
    "campaign_papers.sheet":            roles(*CAMPAIGN_READERS, parts=CAMPAIGN),
    "campaign_papers.results":          roles(Role.VERIFIER, parts=CAMPAIGN),
    "campaign_papers.look":             roles(Role.VERIFIER, parts=CAMPAIGN),
    "campaign_papers.save":             roles(Role.VERIFIER, parts=CAMPAIGN),
    "due.index":                        roles(*CAMPAIGN_READERS),
    "due.scales":                       roles(*CAMPAIGN_READERS, shared=True, inside={404}),
    "uploads.index":                    roles(*STANDARD_READERS),
    "uploads.tick":                     roles(*BODY_STAFF, body={"verification": "@verification"}),
    "uploads.take_back":                roles(*BODY_STAFF, parts={"uid": "verification"},
                                              inside={404}),
    "verify_api.uploads.take_back":     roles(*BODY_STAFF, inside={404}),
    "uploads.as_csv":                   roles(*STANDARD_READERS),
    "uploads.as_xlsx":                  roles(*STANDARD_READERS),
    "verify_api.uploads.tick":          roles(*BODY_STAFF),
    "verify_api.campaigns.campaigns":   roles(*CAMPAIGN_READERS),
    "verify_api.campaigns.campaign":    roles(*CAMPAIGN_READERS),
    "verify_api.campaigns.scales":      roles(*CAMPAIGN_READERS),
    "verify_api.campaigns.create":      roles(*CAMPAIGN_PLANNERS, body=CAMPAIGN_BODY),
    "verify_api.campaigns.start":       roles(*CAMPAIGN_PLANNERS),
    "verify_api.campaigns.close":       roles(*CAMPAIGN_PLANNERS),
    "verify_api.campaigns.fill":        roles(*CAMPAIGN_PLANNERS),
    "verify_api.campaign_days.add_day":    roles(*CAMPAIGN_PLANNERS,
                                              body={**VISIT_BODY, "market": "@place"}),
    "verify_api.campaign_days.change_day": roles(*CAMPAIGN_PLANNERS, body=VISIT_BODY),
    "verify_api.campaign_days.remove_day": roles(*CAMPAIGN_PLANNERS),
    "verify_api.campaign_days.add_line":   roles(*CAMPAIGN_PLANNERS, body={"number": "9"}),
    "verify_api.campaign_days.chosen":     roles(*CAMPAIGN_PLANNERS,
                                              body={"what": "excuse", "scales": ["@scale"]}),
    "verify_api.campaign_days.end_day":    roles(*CAMPAIGN_PLANNERS),
    "verify_api.verifications":         roles(*FILE_READERS),
    "verify_api.verification":          roles(*FILE_READERS),
})
# fmt: on
