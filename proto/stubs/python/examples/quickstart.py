"""Defines a KPI, writes samples, reads its status and watches it change.

    quickstart.py HOST:PORT [WORKSPACE]
"""

import sys
import time
from decimal import Decimal

import kpisuite
from kpisuite.v1 import (common_pb2, definition_service_pb2, evaluation_service_pb2,
                         input_pb2)

HOUR = 3_600 * 10**9


def define(client, workspace):
    metric = {"name": f"{workspace}/metrics/orders",
              "metric": {"unit": "EUR", "scale": 2, "dimensions": ["region"]}}
    kpi = {"name": f"{workspace}/kpis/order-value",
           "kpi": {"owner": "sales@example.com", "unit": "EUR", "direction": "DIRECTION_HIGHER",
                   "windows": ["DAY"], "target": {"fixed": "100", "grain": "GRAIN_DAY"},
                   "inputs": {"orders": input_pb2.Input(metric="orders",
                                               aggregation="AGGREGATION_SUM")}}}
    return client.definitions.ApplyDefinitions(definition_service_pb2.ApplyDefinitionsRequest(
        parent=workspace, definitions=[metric, kpi]))


def write(client, workspace, order, value):
    with client.writer(workspace) as writer:
        writer.series("orders", {"region": "EMEA"}).add(
            time.time_ns() - HOUR, Decimal(value), sample_id=order)
    return writer.summary.position_token


def main():
    workspace = sys.argv[2] if len(sys.argv) > 2 else "workspaces/quickstart"
    with kpisuite.connect(sys.argv[1], plaintext=True) as client:
        define(client, workspace)
        token = write(client, workspace, "order-1", "60.50")
        key = {"kpi": f"{workspace}/kpis/order-value", "period": "LATEST_WITH_DATA"}
        state = client.evaluations.GetState(
            evaluation_service_pb2.GetStateRequest(key=key, at_least=token), timeout=30)
        print(state.period.id, kpisuite.parse_decimal(state.value), state.unit,
              common_pb2.Status.Name(state.status))
        request = evaluation_service_pb2.WatchStatesRequest(parent=workspace)
        with client.watch_states(request) as watch:
            for message in watch:
                if message.in_sync:
                    write(client, workspace, "order-2", "59.50")
                if message.state.value == "120":
                    print(message.state.period.id, message.state.value, message.state.unit,
                          common_pb2.Status.Name(message.state.status))
                    break


if __name__ == "__main__":
    main()
