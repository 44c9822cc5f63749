"""Where a watch goes on, and where the items of a page are."""

from kpisuite.v1 import definition_service_pb2, evaluation_service_pb2


class StatesCursor:
    """Of WatchStates."""

    def __init__(self, request: evaluation_service_pb2.WatchStatesRequest) -> None:
        self.request = evaluation_service_pb2.WatchStatesRequest()
        self.request.CopyFrom(request)

    def handed_out(self, message: evaluation_service_pb2.WatchStatesResponse) -> None:
        if message.resume_token:
            self.request.resume_token = message.resume_token


class DefinitionsCursor:
    """Of WatchDefinitions: only the last message of a set has a position, a cut set comes again."""

    def __init__(self, request: definition_service_pb2.WatchDefinitionsRequest) -> None:
        self.request = definition_service_pb2.WatchDefinitionsRequest()
        self.request.CopyFrom(request)

    def handed_out(self, message: definition_service_pb2.WatchDefinitionsResponse) -> None:
        if message.position:
            self.request.after_position = message.position
            self.request.incarnation = message.incarnation


# Stub, method and the field of the items, by the name of the method of the client.
PAGES = {
    "list_definitions": ("definitions", "ListDefinitions", "definitions"),
    "list_revisions": ("definitions", "ListRevisions", "revisions"),
    "list_templates": ("definitions", "ListTemplates", "templates"),
    "read_samples": ("measurements", "ReadSamples", "samples"),
    "list_series": ("measurements", "ListSeries", "series"),
    "list_states": ("evaluations", "ListStates", "states"),
    "get_history": ("evaluations", "GetHistory", "entries"),
}
