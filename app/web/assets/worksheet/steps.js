// The way through a worksheet as a list of steps, and through several worksheets at once. Pure.

const CORNERS = ["front_left", "front_right", "back_right", "back_left"];

function positionOf(point, n) {
  if (point.test !== "eccentricity") return null;
  return point.readings > CORNERS.length ? ["centre", ...CORNERS][n] : CORNERS[n % CORNERS.length];
}

function pointSteps(point) {
  return Array.from({ length: point.readings }, (_, n) => ({
    key: [point.test, point.load_mg, point.range ?? 0, n].join(":"),
    group: [point.test, point.load_mg, point.range ?? 0].join(":"),
    kind: point.test === "price" || point.test === "discrimination" ? point.test : "weigh",
    test: point.test,
    load: point.load_mg,
    range: point.range ?? null,
    e: point.e_mg,
    mpe: point.mpe_mg,
    changeover: point.changeover,
    position: positionOf(point, n),
    n,
    of: point.readings,
  }));
}

/** The steps of one worksheet. `extra`: optional tests that somebody wants to do as well. */
export function stepsOf(kit, kind, extra = []) {
  const looks = kit.prechecks.filter((each) => !each.known);
  const plan = kit.plans[kind].filter((point) => point.required || extra.includes(point.test));
  return [
    { key: "setup", group: "setup", kind: "setup" },
    ...(looks.length < kit.prechecks.length ? [{ key: "known", group: "looks", kind: "known" }] : []),
    ...looks.map((check) => ({ key: `look:${check.code}`, group: "looks", kind: "look", check })),
    ...plan.flatMap(pointSteps),
    { key: "marks", group: "marks", kind: "marks" },
    { key: "summary", group: "summary", kind: "summary" },
  ];
}

/** The steps of an in-service check: what is seen, then zero and the loads that were chosen. */
export function checkSteps(kit, document) {
  const loads = document.check.loads;
  const plan = kit.plans.in_service.filter((point) => point.test === "zero" || loads.includes(point.load_mg));
  return [
    { key: "setup", group: "setup", kind: "setup" },
    ...kit.prechecks.map((check) => ({ key: `look:${check.code}`, group: "looks", kind: "look", check })),
    ...plan.flatMap(pointSteps),
    { key: "summary", group: "summary", kind: "summary" },
  ];
}

/** Tests that this kind of verification leaves open. */
export function optionalTests(kit, kind) {
  const plan = kit.plans[kind];
  const required = new Set(plan.filter((point) => point.required).map((point) => point.test));
  return [...new Set(plan.map((point) => point.test))].filter((test) => !required.has(test));
}

/** One way through all `sheets`: each load once over all scales, then the next load. */
export function queueOf(sheets) {
  const lists = sheets.map((sheet) => sheet.steps);
  const groups = [];
  const shared = new Set(["setup", "summary"]);
  lists.forEach((steps) => {
    let after = -1;
    for (const { group } of steps) {
      const known = groups.indexOf(group);
      if (known >= 0) after = Math.max(after, known);
      else groups.splice((after += 1), 0, group);
    }
  });
  return groups.flatMap((group) => {
    const found = sheets.flatMap((sheet, index) => lists[index].filter((step) => step.group === group).map((step) => ({ sheet, step })));
    return shared.has(group) ? found.slice(0, 1) : found;
  });
}
