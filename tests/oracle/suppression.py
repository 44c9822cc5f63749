"""Which values are withheld because too few people are behind them (SEMANTICS 3.3.5)."""

import finality
import formula
import frames
import levels
import periods
import rosters
import slices
import states

PERSONAL = 5  # fewest people of metrics that tell something about persons
COUNTS = ("COUNT", "COUNT_TRUE", "COUNT_DISTINCT")


def fewest_of(world, kpi):
    """Fewest people behind a published value; 0 withholds nothing."""
    if kpi.min_denominator is not None:
        return kpi.min_denominator
    personal = any(world.metrics[item.metric].personal for item in world.flat(kpi).inputs)
    inner = [fewest_of(world, world.kpis[item.kpi]) for _, item in kpi.inputs if item.kpi]
    return max([PERSONAL if personal else 0, *inner])


# --- Who is counted ---


def denominators(world, kpi):
    """Indices of the inputs that are the natural denominator of a KPI."""
    flat = world.flat(kpi)
    found = set()

    def add(kind, index):
        if kind == "input":
            found.add(index)
        elif kind == "step":
            add_step(flat.steps[index])
        else:
            inner = world.kpis[flat.results[index].kpi]
            keys = [item.key() for item in flat.inputs]
            inputs = world.flat(inner).inputs
            found.update(keys.index(inputs[i].key()) for i in denominators(world, inner))

    def add_step(step):
        operands = {alias: (kind, index) for alias, kind, index in step.bindings}
        for operand in denominators_of(step.formula, operands, flat):
            add(*operand)

    add_step(flat.steps[-1])
    return sorted(found)


def denominators_of(text, operands, flat):
    """The operands that a formula divides by; else the KPIs in it; else its first count, or its
    first operand."""
    tree = formula.parse(text)
    divisors = [operands[name] for name in divisors_in(tree) if name in operands]
    if divisors:
        return divisors
    inner = [operand for operand in operands.values() if operand[0] != "input"]
    if inner:
        return inner
    named = [operands[name] for name in names_in(tree) if name in operands]
    counts = [operand for operand in named if flat.inputs[operand[1]].aggregation in COUNTS]
    return (counts or named)[:1]


def names_in(tree):
    """The names of a formula in the order of their use."""
    if tree[0] == "name":
        return [tree[1]]
    return [name for part in parts_of(tree) for name in names_in(part)]


def divisors_in(tree):
    """The names right of `/`, below a negative power or second in safe_div."""
    if tree[0] == "^" and tree[2] < 0:
        return names_in(tree)
    parts = parts_of(tree)
    divides = tree[0] == "/" or tree[:2] == ("call", "safe_div")
    return [name for i, part in enumerate(parts)
            for name in (names_in(part) if divides and i == 1 else divisors_in(part))]


def parts_of(tree):
    if tree[0] in ("number", "name"):
        return []
    return tree[2] if tree[0] == "call" else [part for part in tree[1:] if isinstance(part, tuple)]


def people_behind(item, operand):
    """Distinct persons where samples name any, else samples; what looks beyond its period says how
    many are in it."""
    if frames.looks_beyond(item):
        return operand.members
    persons = {row.entity for row in operand.kept if row.entity}
    return len(persons) or len(operand.kept)


# --- Slices that are withheld together ---


def cells_of(world, kpi, read):
    """{slice: people} of all slices that have data, the total among them; `read` gives the operands
    of a slice."""
    flat = world.flat(kpi)
    counted = denominators(world, kpi)
    calendar = world.calendar_of(kpi)
    known = {()} | {rosters.place_of(world, kpi, slices.project(
        world.leaf(calendar, item.metric, day, row), grouping)) for item in flat.inputs
                    for day, row in finality.days_of(world, calendar, item)
                    for grouping in kpi.slices}
    cells = {}
    for members in known:
        operands = read(members)
        if any(operand.has_data for operand in operands):
            cells[members] = min(people_behind(flat.inputs[i], operands[i]) for i in counted)
    return cells


def families_of(cells, hierarchies=(), day=None):
    """[(parent, children in the order in which they are taken along)]: slices of one grouping
    within a slice of a coarser one."""
    groupings = {tuple(name for name, _ in members) for members in cells}
    families = {}
    for child in cells:
        own = tuple(name for name, _ in child)
        for grouping in groupings - {own}:
            if grouping and slices.is_other(child):
                continue  # who counts there is of several slices above
            parent = levels.slice_above(hierarchies, child, grouping, day)
            if parent in cells:
                families.setdefault((parent, own), []).append(child)

    def order(members):
        return cells[members], text(members)

    ordered = [(parent, sorted(children, key=order))
               for (parent, _), children in families.items()]
    return sorted(ordered, key=lambda one: (text(one[0]), text(one[1][0])))


def text(members):
    return slices.text_of(members).encode()


def withheld_in(cells, fewest, hierarchies=(), day=None):
    """{slice: why} of those that are withheld: few, sibling or parent."""
    withheld = {members: "few" for members, people in cells.items() if people < fewest}
    families = families_of(cells, hierarchies, day) if withheld else []
    settled = False
    while not settled:
        before = len(withheld)
        for parent, children in families:
            complete(cells, fewest, parent, children, withheld)
        settled = len(withheld) == before
    return withheld


def complete(cells, fewest, parent, children, withheld):
    """Until what is withheld below a parent cannot be told from the rest: two members at least,
    and enough people."""
    pool = [child for child in children if child in withheld]
    if parent in withheld or not pool:
        return
    rest = [child for child in children if child not in withheld]
    while len(pool) < 2 or sum(cells[child] for child in pool) < fewest:
        if not rest:
            withheld[parent] = "parent"
            return
        pool.append(rest.pop(0))
        withheld[pool[-1]] = "sibling"


def withheld_of(world, kpi, now, read):
    """{slice: why} of a KPI; `read` gives the operands of a slice."""
    calendar = world.calendar_of(kpi)
    hierarchies = [one for item in world.flat(kpi).inputs
                   for one in world.metrics[item.metric].hierarchies]
    return withheld_in(cells_of(world, kpi, read), fewest_of(world, kpi), hierarchies,
                       periods.day_of(calendar, now))


def cause(world, place, now):
    """Why a state is withheld; None if it is not."""
    kpi = world.kpis[place.kpi]
    if fewest_of(world, kpi) == 0:
        return None
    calendar = world.calendar_of(kpi)
    withheld = world.remembered(
        ("withheld", place.kpi, place.window, place.period, now),
        lambda: withheld_of(world, kpi, now, lambda members: states.operands_of(
            world, calendar, states.Place(place.kpi, place.window, members, place.period), now)))
    return withheld.get(place.slice)


def cause_over_days(world, place, now, read):
    """The same of a value over days; `read` gives the operands of a slice over them."""
    kpi = world.kpis[place.kpi]
    if fewest_of(world, kpi) == 0:
        return None
    return withheld_of(world, kpi, now, read).get(place.slice)
