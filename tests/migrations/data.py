"""For each revision: rows put in before it, and what must be read after it."""

# A scale's surroundings as they were told up to now; a revision that changes them says its own.
MAKER = "INSERT INTO maker (uid, name) VALUES ('5', '衡器厂')"
MODEL = (
    "INSERT INTO scale_model (uid, maker_id, name, type_approval_no, accuracy,"
    " generation, networked, required_level, evidence_days, profile, recalled, version)"
    " SELECT '6', id, 'ACS', '', 'III', 'old', false, 0, 365, '{}', false, 1 FROM maker"
)
MARKET = (
    "INSERT INTO place (uid, path, name, kind, address, organiser, phone,"
    " fair_scale_spot) VALUES ('7', '/32/3206/M01/', '城东农贸市场', 'market',"
    " '', '', '', '')"
)
AFTER: dict[str, tuple[list[str], dict[str, object]]] = {
    # evidence written after the scale it stands for: the cell of before has not heard of it
    "e2c7a9154b60": (
        [
            MAKER,
            MODEL,
            MARKET,
            (
                "INSERT INTO station (uid, path, place_id, name, algorithm, agent, created_at)"
                " SELECT '8', path, id, '一号', 'Ed25519', '', '2026-11-23 04:00:00' FROM place"
            ),
            (
                "INSERT INTO scale (uid, path, place_id, model_id, serial_no, market_no, role,"
                " software_id, production_code, repair_code, verification_code, no_code_reason,"
                " state, hold_document, stop_order, baseline_ueid, standing_evidence_id,"
                " created_at, version)"
                " SELECT '9', p.path, p.id, m.id, '9', '', 'trade', '', '', '', '', '',"
                " 'registered', '', '', '', 777, '2026-11-23 04:00:00', 1"
                " FROM place p, scale_model m"
            ),
            (
                "INSERT INTO evidence (id, uid, path, station_id, scale_id, seq, received_at,"
                " taken_at, envelope, payload_sha256, receipt, protocol, agent_verdict, crc32,"
                " length, clock_offset_s, status, level, partial, fresh, assigned, counts,"
                " verdict, reasons, differences)"
                " SELECT 777, '10', s.path, t.id, s.id, 1, '2026-11-23 04:00:00',"
                " '2026-11-23 04:00:00', '{}', 'ab', '', 'an3155', 'read', '', 0, 0, 'judged',"
                " 2, false, true, true, true, 'mismatch', '[]', '[]' FROM scale s, station t"
            ),
        ],
        {
            "SELECT verdict FROM scale_cell": "mismatch",
            "SELECT count(*) FROM scale_total WHERE verdict <> 'mismatch'": 0,
        },
    ),
    # market numbers sort lists, rules are looked up: the scale of before has none, and a last day
    "d41b86f0a3e9": (
        [
            MAKER,
            MODEL,
            MARKET,
            *(
                "INSERT INTO scale (uid, path, place_id, model_id, serial_no, market_no, role,"  # noqa: S608 - numbers of our own
                " software_id, production_code, repair_code, verification_code, no_code_reason,"
                " state, hold_document, stop_order, baseline_ueid, created_at, version)"
                f" SELECT '{number}', p.path, p.id, m.id, '{number}', '{number}', 'trade', '', '',"
                " '', '', '', 'registered', '', '', '', '2026-11-23 04:00:00', 1"
                " FROM place p, scale_model m"
                for number in ("A-10", "A-2")
            ),
            (
                "INSERT INTO verification (uid, path, scale_id, kind, result, regulation, body,"
                " verified_on, valid_until, certificate_no, label_no, failed_items, recorded_at)"
                " SELECT s.uid, s.path, s.id, 'initial', 'pass', 'JJG 539', '所', '2026-11-01',"
                " '2027-10-31', '', '', '[]', '2026-11-01 04:00:00' FROM scale s"
            ),
            (
                "INSERT INTO transition_rule (uid, generation, networked, last_day, source,"
                " confirmed, version) VALUES ('1', 'old', false, '2027-01-07', '', false, 1)"
            ),
        ],
        {
            "SELECT market_no FROM scale ORDER BY market_key LIMIT 1": "A-2",
            "SELECT count(*) FROM scale_cell c JOIN scale s ON s.id = c.scale_id"
            " WHERE c.market_key = s.market_key AND CAST(c.phase_on AS text) = '9999-01-01'": 2,
            "SELECT count(*) FROM scale_total WHERE number = 2"
            " AND CAST(phase_on AS text) = '9999-01-01'": 4,
            "SELECT count(*) FROM scale_total WHERE number <> 2": 0,
        },
    ),
    # leads from checks, days that were missed: a check of before belongs to no lead
    "b7d20e94c1f8": (
        [],
        {
            "SELECT count(*) FROM campaign_miss": 0,
            "SELECT count(*) FROM in_service_check WHERE lead_id IS NOT NULL": 0,
        },
    ),
    # imports are forgotten: one of before still has its names
    "8c1f5d3ea672": (
        [
            (
                "INSERT INTO import_session (uid, path, filename, sha256, head_row, fields,"
                " no_code_reason, state, created_at) VALUES ('1', '/32/', 'a.csv', '', 0, '{}',"
                " '', 'applied', '2026-11-23 04:00:00')"
            ),
        ],
        {"SELECT count(*) FROM import_session WHERE forgotten_at IS NULL": 1},
    ),
    # rule sets: none is installed, those of the program hold
    "c9e64f1a7d20": ([], {"SELECT count(*) FROM rule_set": 0}),
    # batches, agreements, grounds: a session of before has words and no grounds
    "e4b70d93c2f6": (
        [
            (
                "INSERT INTO import_session (uid, path, filename, sha256, head_row, fields,"
                " no_code_reason, state, created_at) VALUES ('1', '/32/', 'a.csv', '', 0, '{}',"
                " '老秤', 'applied', '2026-11-23 04:00:00')"
            ),
        ],
        {
            "SELECT no_code_reason FROM import_session WHERE ground = ''": "老秤",
            "SELECT count(*) FROM scale WHERE gaps_until IS NOT NULL": 0,
            "SELECT count(*) FROM procurement": 0,
        },
    ),
    # why a weight was withdrawn: one of before has no reason, an issue keeps its numbers
    "f2a81c7e40b9": (
        [
            (
                "INSERT INTO body (uid, path, name, authorisation_no, address, phone)"
                " VALUES ('1', '/32/', '所', '', '', '')"
            ),
            (
                "INSERT INTO standard_weight (uid, path, body_id, number, set_name, weight_class,"
                " nominal_mg, state, version)"
                " SELECT '2', '/32/', id, 'W1', '', 'M1', 1000, 'in_use', 1 FROM body"
            ),
            (
                "INSERT INTO mark_lot (uid, path, body_id, kind, prefix, digits, first_no, last_no,"
                " received_on, document_no) SELECT '3', '/32/', id, 'label', 'A', 2, 1, 9,"
                " '2026-11-23', '' FROM body"
            ),
            (
                "INSERT INTO person (uid, login, name, password_hash, totp_last_step, created_at)"
                " VALUES ('4', 'taker', '一', '', 0, '2026-11-23 04:00:00')"
            ),
            (
                "INSERT INTO mark_issue (uid, lot_id, person_id, first_no, last_no, issued_at,"
                " issued_by_id) SELECT '5', l.id, p.id, 1, 5, '2026-11-23 04:00:00', p.id"
                " FROM mark_lot l, person p WHERE p.login = 'taker'"
            ),
        ],
        {
            "SELECT number FROM standard_weight WHERE withdrawn_because = ''": "W1",
            "SELECT last_no FROM mark_issue": 5,
        },
    ),
    # the first one: an empty ledger waits for its first entry
    "5a7865cc061c": ([], {"SELECT size FROM ledger_head": 0, "SELECT count(*) FROM scale": 0}),
    # epochs and ordered paths: a region keeps its path
    "b3e09f5d2c71": (
        ["INSERT INTO region (uid, path, name, kind) VALUES ('1', '/32/', '江苏', 'province')"],
        {"SELECT path FROM region": "/32/", "SELECT count(*) FROM epoch": 0},
    ),
    # leases of tasks: one that ran before is taken over
    "c41d7a90e6b8": (
        [
            (
                "INSERT INTO task (uid, path, executor, kind, state, created_at, claimed_by,"
                " payload, progress, result) VALUES ('0198c0de-0000-7000-8000-000000000002', '/',"
                " 'server', 'rejudge_model', 'running', '2026-11-23 04:00:00', 'gone', '{}', '{}',"
                " '{}')"
            )
        ],
        {
            "SELECT attempts FROM task": 0,
            "SELECT stage FROM task": "{}",
            "SELECT count(*) FROM task WHERE may_cancel AND lease_until IS NULL": 1,
        },
    ),
    # words beside the story, offices of references: an old reference judges everywhere, as before
    "d7f2c60b19a4": (
        [
            (
                "INSERT INTO person (uid, login, name, password_hash, totp_last_step, created_at)"
                " VALUES ('4', 'first', '一', '', 0, '2026-11-23 04:00:00')"
            ),
            MAKER,
            MODEL,
            (
                "INSERT INTO reference (uid, model_id, software_id, part, address, length, sha256,"
                " code_sha256, crc32, pages, origin, origin_note, file_name, file_format, status,"
                " submitted_by_id, submitted_at, decision_note, envelope, version)"
                " SELECT '7', m.id, 'V1', 'program', 0, 0, '', '', '', '[]', 'type_sample', '', '',"
                " '', 'submitted', p.id, '2026-11-23 04:00:00', '', '', 1"
                " FROM scale_model m, person p"
            ),
        ],
        {"SELECT count(*) FROM remark": 0, "SELECT path FROM reference": "/"},
    ),
    # devices and PINs: a session of before stands on no device, and stays
    "e52b8d1f4a90": (
        [
            (
                "INSERT INTO person (uid, login, name, password_hash, totp_last_step, created_at)"
                " VALUES ('3', 'wang', '王', '-', 0, '2026-11-23 04:00:00')"
            ),
            (
                "INSERT INTO sign_in (uid, person_id, token_digest, created_at, last_seen_at,"
                " expires_at, agent) SELECT '4', id, 'd4', created_at, created_at, created_at, ''"
                " FROM person WHERE uid = '3'"
            ),
        ],
        {
            "SELECT count(*) FROM sign_in WHERE device_id IS NULL AND locked_at IS NULL": 1,
            "SELECT count(*) FROM device": 0,
        },
    ),
    # imports of lists: nothing was imported before
    "f6a4c1d87e35": (
        [],
        {"SELECT count(*) FROM import_session": 0, "SELECT count(*) FROM import_line": 0},
    ),
    # scopes of tokens: one made before may still do everything
    "0e92c7ab54d1": (
        [
            (
                "INSERT INTO person (uid, login, name, password_hash, totp_last_step, created_at)"
                " VALUES ('9', 'program', '程', '', 0, '2026-11-23 04:00:00')"
            ),
            (
                "INSERT INTO api_token (uid, person_id, token_digest, note, created_at)"
                " SELECT '10', id, 'x', '', '2026-11-23 04:00:00' FROM person"
                " WHERE login = 'program'"
            ),
        ],
        {"SELECT scopes FROM api_token": "read write"},
    ),
    # each office files its own references: what is on file stays
    "e91b4d7c3f58": (
        ["INSERT INTO region (uid, path, name, kind) VALUES ('8', '/33/', '浙江', 'province')"],
        {"SELECT count(*) FROM reference": 0, "SELECT path FROM region": "/33/"},
    ),
    # cells, totals, search: a scale of before is counted in every node of the tree
    "a94c03e7d512": (
        [
            MAKER,
            MODEL,
            MARKET,
            (
                "INSERT INTO scale (uid, path, place_id, model_id, serial_no, market_no, role,"
                " software_id, production_code, repair_code, verification_code, no_code_reason,"
                " state, hold_document, stop_order, baseline_ueid, created_at, version) SELECT '8',"
                " p.path, p.id, m.id, 'SN-1', '', 'trade', '', '', '', '', '', 'registered', '',"
                " '', '', '2026-11-23 04:00:00', 1 FROM place p, scale_model m"
            ),
        ],
        {
            "SELECT legal FROM scale_cell": "unverified",
            "SELECT count(*) FROM scale_total WHERE number = 1 AND path IN ('/', '/32/')": 2,
        },
    ),
    # finding, filing, acts on many: no scale was filed, a certificate of before is found
    "c7d15b92e3a8": (
        [
            MAKER,
            MODEL,
            MARKET,
            (
                "INSERT INTO scale (uid, path, place_id, model_id, serial_no, market_no, role,"
                " software_id, production_code, repair_code, verification_code, no_code_reason,"
                " state, hold_document, stop_order, baseline_ueid, created_at, version) SELECT '8',"
                " p.path, p.id, m.id, 'SN-1', '', 'trade', '', '', '', '', '', 'registered', '',"
                " '', '', '2026-11-23 04:00:00', 1 FROM place p, scale_model m"
            ),
            (
                "INSERT INTO verification (uid, path, scale_id, kind, result, regulation, body,"
                " verified_on, certificate_no, label_no, failed_items, recorded_at) SELECT '9',"
                " path, id, 'initial', 'fail', 'JJG 539', '所', '2026-11-20', '字20261', '', '[]',"
                " '2026-11-23 04:00:00' FROM scale"
            ),
        ],
        {
            "SELECT count(*) FROM scale WHERE filing_no = '' AND filed_on IS NULL": 1,
            "SELECT count(*) FROM saved_filter": 0,
            "SELECT count(*) FROM bulk_line": 0,
        },
    ),
    # the verification body: nothing of it was there before
    "d3f82a61b7e4": (
        [],
        {"SELECT count(*) FROM worksheet": 0, "SELECT count(*) FROM standard_weight": 0},
    ),
    # goods, counters, dates of types: nothing is set, and no answer about any scale changes
    "b58e20d9a6f4": (
        [
            "INSERT INTO maker (uid, name) VALUES ('15', '衡器二厂')",
            (
                "INSERT INTO place (uid, path, name, kind, address, organiser, phone,"
                " fair_scale_spot) VALUES ('17', '/32/3206/M02/', '城西农贸市场', 'market',"
                " '', '', '', '')"
            ),
            (
                "INSERT INTO stall (uid, path, place_id, number, goods)"
                " SELECT '18', path, id, 'A-1', '' FROM place"
            ),
        ],
        {
            "SELECT goods_classes FROM stall": "",
            "SELECT count(*) FROM transition_rule": 0,
            "SELECT count(*) FROM scale_cell_live": 0,
        },
    ),
    # codes of stalls, persons, weights: one of before has none of them, and nothing was seen
    "b7d05e2a9c41": (
        [
            (
                "INSERT INTO code (uid, path, kind, value, number, issued_at, revoked_because)"
                " VALUES ('20', '/32/', 'tag', 'ab', '00000017', '2026-11-23 04:00:00', '')"
            )
        ],
        {
            "SELECT count(*) FROM code WHERE stall_id IS NULL AND person_id IS NULL": 1,
            "SELECT count(*) FROM sighting": 0,
            "SELECT count(*) FROM copy_notice": 0,
        },
    ),
}
