//! A connection to the suite.

use crate::calls::Calls;
use crate::v1::definition_service_client::DefinitionServiceClient;
use crate::v1::evaluation_service_client::EvaluationServiceClient;
use crate::v1::measurement_service_client::MeasurementServiceClient;
use crate::v1::{
    Definition, GetHistoryRequest, HistoryEntry, KpiState, ListDefinitionsRequest,
    ListRevisionsRequest, ListSeriesRequest, ListStatesRequest, ListTemplatesRequest,
    ReadChangesRequest, ReadSamplesRequest, Sample, Series, Template, WatchDefinitionsRequest,
    WatchStatesRequest,
};
use crate::{Builder, Pages, Watch, WriterBuilder};

const MAX_MESSAGE_BYTES: usize = 8 << 20;

/// A connection to the KPI suite. Make one and clone it: clones share it. Unary calls that
/// fail with UNAVAILABLE are tried up to 4 times; calls are spread over all addresses of a name.
#[derive(Debug, Clone)]
pub struct Client {
    definition: Calls,
    measurement: Calls,
    evaluation: Calls,
}

impl Client {
    /// A client of one address that serves everything, "host:port".
    pub fn builder(target: impl Into<String>) -> Builder {
        let target = target.into();
        Builder::new([target.clone(), target.clone(), target])
    }

    /// A client of three services with an address each.
    pub fn builder_of(
        definition: impl Into<String>,
        measurement: impl Into<String>,
        evaluation: impl Into<String>,
    ) -> Builder {
        Builder::new([definition.into(), measurement.into(), evaluation.into()])
    }

    pub(crate) fn new([definition, measurement, evaluation]: [Calls; 3]) -> Self {
        Self {
            definition,
            measurement,
            evaluation,
        }
    }

    /// Stub of the definitions.
    pub fn definitions(&self) -> DefinitionServiceClient<Calls> {
        DefinitionServiceClient::new(self.definition.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    /// Stub of the samples.
    pub fn measurements(&self) -> MeasurementServiceClient<Calls> {
        MeasurementServiceClient::new(self.measurement.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    /// Stub of the states.
    pub fn evaluations(&self) -> EvaluationServiceClient<Calls> {
        EvaluationServiceClient::new(self.evaluation.clone())
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
    }

    /// All definitions of a list.
    pub fn list_definitions(&self, request: ListDefinitionsRequest) -> Pages<Definition> {
        let stub = self.definitions();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = ListDefinitionsRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.list_definitions(request).await?.into_inner();
                Ok((page.definitions, page.next_page_token))
            }
        })
    }

    /// All revisions of a definition, newest first.
    pub fn list_revisions(&self, request: ListRevisionsRequest) -> Pages<Definition> {
        let stub = self.definitions();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = ListRevisionsRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.list_revisions(request).await?.into_inner();
                Ok((page.revisions, page.next_page_token))
            }
        })
    }

    /// All templates of a list.
    pub fn list_templates(&self, request: ListTemplatesRequest) -> Pages<Template> {
        let stub = self.definitions();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = ListTemplatesRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.list_templates(request).await?.into_inner();
                Ok((page.templates, page.next_page_token))
            }
        })
    }

    /// All samples of a reading.
    pub fn read_samples(&self, request: ReadSamplesRequest) -> Pages<Sample> {
        let stub = self.measurements();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = ReadSamplesRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.read_samples(request).await?.into_inner();
                Ok((page.samples, page.next_page_token))
            }
        })
    }

    /// All series of a metric.
    pub fn list_series(&self, request: ListSeriesRequest) -> Pages<Series> {
        let stub = self.measurements();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = ListSeriesRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.list_series(request).await?.into_inner();
                Ok((page.series, page.next_page_token))
            }
        })
    }

    /// All states of a list.
    pub fn list_states(&self, request: ListStatesRequest) -> Pages<KpiState> {
        let stub = self.evaluations();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = ListStatesRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.list_states(request).await?.into_inner();
                Ok((page.states, page.next_page_token))
            }
        })
    }

    /// The whole history of one window and slice.
    pub fn history(&self, request: GetHistoryRequest) -> Pages<HistoryEntry> {
        let stub = self.evaluations();
        Pages::new(move |page_token| {
            let mut stub = stub.clone();
            let request = GetHistoryRequest {
                page_token,
                ..request.clone()
            };
            async move {
                let page = stub.get_history(request).await?.into_inner();
                Ok((page.entries, page.next_page_token))
            }
        })
    }

    /// A writer of samples of a workspace, `workspaces/{workspace}`.
    pub fn writer(&self, parent: impl Into<String>) -> WriterBuilder {
        WriterBuilder::new(self.clone(), parent.into())
    }

    /// States as they change: the current ones, then `in_sync`, then each change.
    pub fn watch_states(&self, request: WatchStatesRequest) -> Watch<WatchStatesRequest> {
        Watch::new(self.clone(), request)
    }

    /// Definitions as they change, after `after_position`.
    pub fn watch_definitions(
        &self,
        request: WatchDefinitionsRequest,
    ) -> Watch<WatchDefinitionsRequest> {
        Watch::new(self.clone(), request)
    }

    /// Samples as they change, for each partition without gaps.
    pub fn read_changes(&self, request: ReadChangesRequest) -> Watch<ReadChangesRequest> {
        Watch::new(self.clone(), request)
    }
}
