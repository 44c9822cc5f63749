from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kpisuite.v1 import common_pb2 as _common_pb2
from kpisuite.v1 import definition_pb2 as _definition_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CHANGE_KIND_CREATED: ChangeKind
CHANGE_KIND_DELETED: ChangeKind
CHANGE_KIND_UNCHANGED: ChangeKind
CHANGE_KIND_UNSPECIFIED: ChangeKind
CHANGE_KIND_UPDATED: ChangeKind
DESCRIPTOR: _descriptor.FileDescriptor
TEMPLATE_COMBINATION_PRODUCT: TemplateCombination
TEMPLATE_COMBINATION_SUM: TemplateCombination
TEMPLATE_COMBINATION_UNSPECIFIED: TemplateCombination

class ApplyDefinitionsRequest(_message.Message):
    __slots__ = ["definitions", "owned_set", "parent", "prune", "reason", "request_id", "validate_only"]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    OWNED_SET_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PRUNE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    definitions: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    owned_set: str
    parent: str
    prune: bool
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., definitions: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ..., validate_only: bool = ..., reason: _Optional[str] = ..., owned_set: _Optional[str] = ..., prune: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class ApplyDefinitionsResponse(_message.Message):
    __slots__ = ["changes", "position", "position_token", "violations", "warnings"]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    POSITION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[DefinitionChange]
    position: int
    position_token: str
    violations: _containers.RepeatedCompositeFieldContainer[Violation]
    warnings: _containers.RepeatedCompositeFieldContainer[Violation]
    def __init__(self, changes: _Optional[_Iterable[_Union[DefinitionChange, _Mapping]]] = ..., violations: _Optional[_Iterable[_Union[Violation, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[Violation, _Mapping]]] = ..., position: _Optional[int] = ..., position_token: _Optional[str] = ...) -> None: ...

class BatchGetDefinitionsRequest(_message.Message):
    __slots__ = ["names", "parent"]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    parent: str
    def __init__(self, parent: _Optional[str] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetDefinitionsResponse(_message.Message):
    __slots__ = ["definitions", "missing_names", "position"]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    MISSING_NAMES_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    definitions: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    missing_names: _containers.RepeatedScalarFieldContainer[str]
    position: int
    def __init__(self, definitions: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ..., missing_names: _Optional[_Iterable[str]] = ..., position: _Optional[int] = ...) -> None: ...

class DefinitionChange(_message.Message):
    __slots__ = ["definition", "differences", "kind", "name"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    definition: _definition_pb2.Definition
    differences: _containers.RepeatedCompositeFieldContainer[FieldDifference]
    kind: ChangeKind
    name: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[ChangeKind, str]] = ..., differences: _Optional[_Iterable[_Union[FieldDifference, _Mapping]]] = ..., definition: _Optional[_Union[_definition_pb2.Definition, _Mapping]] = ...) -> None: ...

class DeleteDefinitionRequest(_message.Message):
    __slots__ = ["etag", "name", "reason", "request_id", "validate_only"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    etag: str
    name: str
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteDefinitionResponse(_message.Message):
    __slots__ = ["definition", "position", "position_token"]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    POSITION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    definition: _definition_pb2.Definition
    position: int
    position_token: str
    def __init__(self, definition: _Optional[_Union[_definition_pb2.Definition, _Mapping]] = ..., position: _Optional[int] = ..., position_token: _Optional[str] = ...) -> None: ...

class FieldDifference(_message.Message):
    __slots__ = ["after", "before", "field"]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    after: str
    before: str
    field: str
    def __init__(self, field: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class GetDefinitionRequest(_message.Message):
    __slots__ = ["name", "revision"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: int
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class GetDefinitionServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class InstantiateTemplateRequest(_message.Message):
    __slots__ = ["bindings", "kpi_id", "owner", "parameters", "parent", "template_id"]
    class BindingsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    BINDINGS_FIELD_NUMBER: _ClassVar[int]
    KPI_ID_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    bindings: _containers.ScalarMap[str, str]
    kpi_id: str
    owner: str
    parameters: _containers.ScalarMap[str, str]
    parent: str
    template_id: str
    def __init__(self, parent: _Optional[str] = ..., template_id: _Optional[str] = ..., kpi_id: _Optional[str] = ..., bindings: _Optional[_Mapping[str, str]] = ..., owner: _Optional[str] = ..., parameters: _Optional[_Mapping[str, str]] = ...) -> None: ...

class InstantiateTemplateResponse(_message.Message):
    __slots__ = ["definitions"]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    definitions: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    def __init__(self, definitions: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ...) -> None: ...

class ListDefinitionsRequest(_message.Message):
    __slots__ = ["collection", "filter", "page_size", "page_token", "parent"]
    COLLECTION_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    collection: str
    filter: str
    page_size: int
    page_token: str
    parent: str
    def __init__(self, parent: _Optional[str] = ..., collection: _Optional[str] = ..., filter: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDefinitionsResponse(_message.Message):
    __slots__ = ["definitions", "next_page_token"]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    definitions: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    next_page_token: str
    def __init__(self, definitions: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListRevisionsRequest(_message.Message):
    __slots__ = ["name", "page_size", "page_token"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRevisionsResponse(_message.Message):
    __slots__ = ["next_page_token", "revisions"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    revisions: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    def __init__(self, revisions: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListTemplatesRequest(_message.Message):
    __slots__ = ["filter", "page_size", "page_token"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    filter: str
    page_size: int
    page_token: str
    def __init__(self, filter: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTemplatesResponse(_message.Message):
    __slots__ = ["next_page_token", "templates"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TEMPLATES_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    templates: _containers.RepeatedCompositeFieldContainer[Template]
    def __init__(self, templates: _Optional[_Iterable[_Union[Template, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Template(_message.Message):
    __slots__ = ["category", "combination", "components", "definition", "display_name", "guardrail", "guardrails", "id", "inputs", "metrics", "note", "parameters", "variant_of", "written_formula"]
    class InputsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class MetricsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: TemplateMetric
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[TemplateMetric, _Mapping]] = ...) -> None: ...
    class ParametersEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: TemplateParameter
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[TemplateParameter, _Mapping]] = ...) -> None: ...
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    COMBINATION_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    GUARDRAILS_FIELD_NUMBER: _ClassVar[int]
    GUARDRAIL_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    VARIANT_OF_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_FORMULA_FIELD_NUMBER: _ClassVar[int]
    category: str
    combination: TemplateCombination
    components: _containers.RepeatedCompositeFieldContainer[TemplateComponent]
    definition: _definition_pb2.Definition
    display_name: str
    guardrail: str
    guardrails: _containers.RepeatedScalarFieldContainer[str]
    id: str
    inputs: _containers.ScalarMap[str, str]
    metrics: _containers.MessageMap[str, TemplateMetric]
    note: str
    parameters: _containers.MessageMap[str, TemplateParameter]
    variant_of: str
    written_formula: str
    def __init__(self, id: _Optional[str] = ..., display_name: _Optional[str] = ..., note: _Optional[str] = ..., inputs: _Optional[_Mapping[str, str]] = ..., definition: _Optional[_Union[_definition_pb2.Definition, _Mapping]] = ..., guardrail: _Optional[str] = ..., category: _Optional[str] = ..., written_formula: _Optional[str] = ..., metrics: _Optional[_Mapping[str, TemplateMetric]] = ..., parameters: _Optional[_Mapping[str, TemplateParameter]] = ..., variant_of: _Optional[str] = ..., guardrails: _Optional[_Iterable[str]] = ..., combination: _Optional[_Union[TemplateCombination, str]] = ..., components: _Optional[_Iterable[_Union[TemplateComponent, _Mapping]]] = ...) -> None: ...

class TemplateComponent(_message.Message):
    __slots__ = ["display_name", "formula", "template_id"]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    FORMULA_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    formula: str
    template_id: str
    def __init__(self, display_name: _Optional[str] = ..., template_id: _Optional[str] = ..., formula: _Optional[str] = ...) -> None: ...

class TemplateMetric(_message.Message):
    __slots__ = ["entity", "means", "unit"]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    entity: bool
    means: str
    unit: str
    def __init__(self, means: _Optional[str] = ..., unit: _Optional[str] = ..., entity: bool = ...) -> None: ...

class TemplateParameter(_message.Message):
    __slots__ = ["default_value", "means"]
    DEFAULT_VALUE_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    default_value: str
    means: str
    def __init__(self, means: _Optional[str] = ..., default_value: _Optional[str] = ...) -> None: ...

class Violation(_message.Message):
    __slots__ = ["code", "column", "description", "field", "line"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    code: str
    column: int
    description: str
    field: str
    line: int
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ..., code: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ...) -> None: ...

class WatchDefinitionsRequest(_message.Message):
    __slots__ = ["after_position", "incarnation", "parent"]
    AFTER_POSITION_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    after_position: int
    incarnation: int
    parent: str
    def __init__(self, parent: _Optional[str] = ..., after_position: _Optional[int] = ..., incarnation: _Optional[int] = ...) -> None: ...

class WatchDefinitionsResponse(_message.Message):
    __slots__ = ["commit_time", "definitions", "heartbeat", "incarnation", "position", "snapshot"]
    COMMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    commit_time: _timestamp_pb2.Timestamp
    definitions: _containers.RepeatedCompositeFieldContainer[_definition_pb2.Definition]
    heartbeat: bool
    incarnation: int
    position: int
    snapshot: bool
    def __init__(self, position: _Optional[int] = ..., definitions: _Optional[_Iterable[_Union[_definition_pb2.Definition, _Mapping]]] = ..., snapshot: bool = ..., heartbeat: bool = ..., commit_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., incarnation: _Optional[int] = ...) -> None: ...

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class TemplateCombination(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
