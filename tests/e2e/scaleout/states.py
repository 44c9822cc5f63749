"""Texts and comparisons of states."""

from kpisuite.v1 import common_pb2, evaluation_pb2


def key_of(state):
    return state.kpi, state.window, state.slice, state.period.id


def key_message(key):
    """As the fields of a StateKey."""
    return dict(zip(("kpi", "window", "slice", "period"), key))


def name_of(key):
    kpi, window, piece, period = key
    return f"{kpi.rpartition('/')[2]} {window} {piece or 'total'} {period}"


def status_of(state):
    return common_pb2.Status.Name(state.status).removeprefix("STATUS_")


def source_of(state):
    name = evaluation_pb2.StateSource.Name(state.freshness.source)
    return name.removeprefix("STATE_SOURCE_")


def summary_of(state):
    """All of a state but how it was read."""
    bare = evaluation_pb2.KpiState()
    bare.CopyFrom(state)
    bare.ClearField("freshness")
    return bare.SerializeToString(deterministic=True)


def difference(final, state):
    """Fields that differ, as text."""
    fields = []
    for field in type(final).DESCRIPTOR.fields:
        want, got = getattr(final, field.name), getattr(state, field.name)
        if field.name != "freshness" and want != got:
            fields.append(f"{field.name} {got}, in the end {want}")
    return " ".join("; ".join(fields).split())
