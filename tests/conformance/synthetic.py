"""The contract as descriptors, and servers of another version of it: newer and older."""

import dataclasses
import pathlib
import subprocess
import tempfile

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.rpc import error_details_pb2, status_pb2

import fronts

PACKAGE = "kpisuite.v1"
COMMON_PROTOS = "/usr/share/java/proto-google-common-protos.jar"
Field = descriptor_pb2.FieldDescriptorProto
# What the newer server has a field of tomorrow in.
EXTENDED = ("Definition", "Metric", "Kpi", "Input", "Grouping", "TargetRange", "KpiState",
            "WatchStatesResponse")


def descriptor_set(proto_folder):
    """What protoc makes of the contract."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["unzip", "-qo", COMMON_PROTOS, "google/rpc/*", "-d", scratch], check=True)
        out = pathlib.Path(scratch) / "set"
        files = sorted(str(path.relative_to(proto_folder))
                       for path in pathlib.Path(proto_folder).glob("kpisuite/v1/*.proto"))
        subprocess.run(
            ["protoc", f"-I{proto_folder}", f"-I{scratch}", "--include_imports", "-o", str(out)]
            + files, check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())


@dataclasses.dataclass(frozen=True)
class Method:
    request: str
    response: str
    client_streaming: bool
    server_streaming: bool


class Contract:
    """Messages and methods by name, made from descriptors alone."""

    def __init__(self, proto_folder, change=None):
        files = descriptor_set(proto_folder)
        if change is not None:
            for file in files.file:
                change(file)
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.AddSerializedFile(file.SerializeToString())
        self.methods = {}
        for file in files.file:
            for service in file.service:
                for method in service.method:
                    self.methods[f"/{file.package}.{service.name}/{method.name}"] = Method(
                        method.input_type[1:], method.output_type[1:],
                        method.client_streaming, method.server_streaming)

    def message(self, name, /, **fields):
        return self._class(f"{PACKAGE}.{name}")(**fields)

    def request(self, method, data):
        return self._class(self.methods[method].request).FromString(data)

    def response(self, method, data):
        return self._class(self.methods[method].response).FromString(data)

    @staticmethod
    def status(code, text, reason, metadata):
        """A google.rpc.Status with an ErrorInfo."""
        status = status_pb2.Status(code=code, message=text)
        status.details.add().Pack(error_details_pb2.ErrorInfo(
            reason=reason, domain=PACKAGE, metadata=metadata))
        return status

    def _class(self, full_name):
        return message_factory.GetMessageClass(self._pool.FindMessageTypeByName(full_name))


def _add_tomorrow(file):
    """Fields and enum values that the contract does not have."""
    for message in file.message_type:
        if message.name in EXTENDED:
            message.field.add(name="of_tomorrow", number=1000, type=Field.TYPE_STRING,
                              label=Field.LABEL_OPTIONAL)
        if message.name == "Definition":
            message.field.add(
                name="dashboard", number=1001, type=Field.TYPE_MESSAGE, oneof_index=next(
                    index for index, oneof in enumerate(message.oneof_decl)
                    if oneof.name == "spec"),
                type_name=f".{PACKAGE}.Objective", label=Field.LABEL_OPTIONAL)
    for enum in file.enum_type:
        added = {"Status": 99, "StateFlag": 98, "ChangeKind": 97}.get(enum.name)
        if added:
            enum.value.add(name=f"{enum.name.upper()}_OF_TOMORROW", number=added)


class Synthetic(grpc.GenericRpcHandler):
    """Answers the methods that have a function, as `answer(contract, request, context)`."""

    def __init__(self, contract, answers):
        self._contract = contract
        self._answers = answers

    def service(self, details):
        answer = self._answers.get(details.method.rsplit("/", 1)[1])
        if answer is None:
            return None

        def call(request, context):
            message = self._contract.request(details.method, request)
            return answer(self._contract, message, context).SerializeToString()

        def read(request, context):
            message = self._contract.request(details.method, request)
            for response in answer(self._contract, message, context):
                yield response.SerializeToString()

        if self._contract.methods[details.method].server_streaming:
            return grpc.unary_stream_rpc_method_handler(read)
        return grpc.unary_unary_rpc_method_handler(call)


def _newer_state(contract, name):
    return contract.message("KpiState", kpi=name, value="12", status=99, flags=[2, 98],
                            of_tomorrow="fair")


def _newer_get_state(contract, request, context):
    del context
    return _newer_state(contract, request.key.kpi)


def _newer_definition(contract, name):
    definition = contract.message("Definition", name=name, revision=1, etag="e1",
                                  of_tomorrow="kept")
    if "/dashboards/" in name:
        definition.dashboard.SetInParent()
    elif "/kpis/" in name:
        kpi = definition.kpi
        kpi.of_tomorrow = "of a part"
        kpi.inputs["a"].metric = "m"
        kpi.inputs["a"].of_tomorrow = "of a value of a map"
        kpi.slices.add(dimensions=["region"], of_tomorrow="of an element")
        kpi.slices.add(of_tomorrow="of another, which has nothing else")
        kpi.target.range.hi = "5"
        kpi.target.range.of_tomorrow = "of a member of a oneof"
    else:
        definition.metric.unit = "min"
        definition.metric.dimensions.append("region")
        definition.metric.of_tomorrow = "of a part"
    return definition


def _newer_get_definition(contract, request, context):
    del context
    return _newer_definition(contract, request.name)


def _newer_apply(contract, request, context):
    """UNCHANGED when all came back that a get tells, else a kind of tomorrow."""
    del context
    response = contract.message("ApplyDefinitionsResponse")
    for definition in request.definitions:
        kept = definition == _newer_definition(contract, definition.name)
        response.changes.add(name=definition.name, kind=3 if kept else 97)
        response.position = 2**53 + 1 if kept else 1
    return response


def _newer_delete(contract, request, context):
    del request
    status = contract.status(9, "tomorrow's quota is used up", "QUOTA_OF_TOMORROW", {"quota": "7"})
    unknown = status.details.add()
    unknown.type_url = "type.googleapis.com/kpisuite.v2.QuotaDetails"
    unknown.value = b"\x08\x07"
    fronts.abort(context, status)


def _newer_watch(contract, request, context):
    del context
    yield contract.message("WatchStatesResponse", of_tomorrow="nothing you know")
    yield contract.message("WatchStatesResponse", resume_token="1", of_tomorrow="state",
                           state=_newer_state(contract, f"{request.parent}/kpis/k"))


def newer(proto_folder):
    """A server whose contract has more than the stubs know."""
    return Synthetic(Contract(proto_folder, _add_tomorrow), {
        "GetState": _newer_get_state, "GetDefinition": _newer_get_definition,
        "ApplyDefinitions": _newer_apply, "DeleteDefinition": _newer_delete,
        "WatchStates": _newer_watch})


def _older_state(contract, request, context):
    del context
    return contract.message("KpiState", kpi=request.key.kpi, value="12", status=2)


def _older_definition(contract, request, context):
    del context
    return contract.message("Definition", name=request.name, metric={"unit": "min"})


def older(contract):
    """A server that knows two methods, and of their messages the first fields."""
    return Synthetic(contract, {"GetState": _older_state, "GetDefinition": _older_definition})
