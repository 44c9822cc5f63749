//! Calls the methods of the generated stubs by name, "MeasurementService.ReadSamples".

use std::time::Duration;

use kpisuite_client::v1::{StreamSamplesRequest, StreamSamplesResponse};
use kpisuite_client::{Client, Error};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor};
use serde_json::Value;
use tonic::metadata::{AsciiMetadataKey, MetadataValue};
use tonic::Streaming;

const PACKAGE: &str = "kpisuite.v1";

pub struct Stub {
    client: Client,
    pool: DescriptorPool,
}

/// The messages of a stream from the server, as JSON.
pub struct Messages {
    next: Box<dyn FnMut() -> NextMessage + Send>,
}
type NextMessage =
    std::pin::Pin<Box<dyn std::future::Future<Output = Result<Option<Value>, Error>> + Send>>;

impl Messages {
    pub async fn next(&mut self) -> Result<Option<Value>, Error> {
        (self.next)().await
    }
}

impl Stub {
    pub fn new(client: Client, pool: DescriptorPool) -> Self {
        Self { client, pool }
    }

    pub fn method(&self, name: &str) -> MethodDescriptor {
        let (service, rpc) = name.split_once('.').unwrap();
        let service = self
            .pool
            .get_service_by_name(&format!("{PACKAGE}.{service}"))
            .unwrap();
        let found = service.methods().find(|method| method.name() == rpc);
        found.unwrap_or_else(|| panic!("no method {name}"))
    }

    /// The message that JSON describes.
    pub fn parse<M: Message + Default>(&self, descriptor: MessageDescriptor, json: &Value) -> M {
        let dynamic = DynamicMessage::deserialize(descriptor, json)
            .unwrap_or_else(|error| panic!("{error}: {json}"));
        M::decode(dynamic.encode_to_vec().as_slice()).unwrap()
    }

    /// A message of the contract, by its name, as JSON.
    pub fn json_of(&self, name: &str, message: &impl Message) -> Value {
        json(
            self.pool
                .get_message_by_name(&format!("{PACKAGE}.{name}"))
                .unwrap(),
            message,
        )
    }

    fn request<M: Message + Default>(&self, name: &str, step: &Value) -> tonic::Request<M> {
        let message = self.parse(self.method(name).input(), &step["request"]);
        let mut request = tonic::Request::new(message);
        if let Some(millis) = step.get("deadlineMs") {
            request.set_timeout(Duration::from_millis(millis.as_u64().unwrap()));
        }
        for (key, value) in step
            .get("metadata")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            request.metadata_mut().insert(
                AsciiMetadataKey::from_bytes(key.as_bytes()).unwrap(),
                MetadataValue::try_from(value.as_str().unwrap()).unwrap(),
            );
        }
        request
    }

    /// A unary call.
    pub async fn call(&self, name: &str, step: &Value) -> Result<Value, Error> {
        macro_rules! unary {
            ($service:ident, $rpc:ident) => {{
                let request = self.request(name, step);
                let response = self.client.$service().$rpc(request).await?.into_inner();
                Ok(json(self.method(name).output(), &response))
            }};
        }
        match name {
            "DefinitionService.ApplyDefinitions" => unary!(definitions, apply_definitions),
            "DefinitionService.GetDefinition" => unary!(definitions, get_definition),
            "DefinitionService.BatchGetDefinitions" => unary!(definitions, batch_get_definitions),
            "DefinitionService.ListDefinitions" => unary!(definitions, list_definitions),
            "DefinitionService.DeleteDefinition" => unary!(definitions, delete_definition),
            "DefinitionService.ListRevisions" => unary!(definitions, list_revisions),
            "DefinitionService.ListTemplates" => unary!(definitions, list_templates),
            "DefinitionService.InstantiateTemplate" => unary!(definitions, instantiate_template),
            "DefinitionService.GetDefinitionServerInfo" => {
                unary!(definitions, get_definition_server_info)
            }
            "MeasurementService.WriteSamples" => unary!(measurements, write_samples),
            "MeasurementService.RetractSamples" => unary!(measurements, retract_samples),
            "MeasurementService.AdvanceWatermark" => unary!(measurements, advance_watermark),
            "MeasurementService.ReadSamples" => unary!(measurements, read_samples),
            "MeasurementService.ListSeries" => unary!(measurements, list_series),
            "MeasurementService.GetMeasurementServerInfo" => {
                unary!(measurements, get_measurement_server_info)
            }
            "EvaluationService.GetState" => unary!(evaluations, get_state),
            "EvaluationService.BatchGetStates" => unary!(evaluations, batch_get_states),
            "EvaluationService.ListStates" => unary!(evaluations, list_states),
            "EvaluationService.GetHistory" => unary!(evaluations, get_history),
            "EvaluationService.ExplainState" => unary!(evaluations, explain_state),
            "EvaluationService.ExplainChange" => unary!(evaluations, explain_change),
            "EvaluationService.SimulateKpi" => unary!(evaluations, simulate_kpi),
            "EvaluationService.GetForecast" => unary!(evaluations, get_forecast),
            "EvaluationService.FinalizePeriods" => unary!(evaluations, finalize_periods),
            "EvaluationService.ReleaseHeldOut" => unary!(evaluations, release_held_out),
            "EvaluationService.GetScorecard" => unary!(evaluations, get_scorecard),
            "EvaluationService.GetLeaderboard" => unary!(evaluations, get_leaderboard),
            "EvaluationService.AnalyzeInitiative" => unary!(evaluations, analyze_initiative),
            "EvaluationService.RecordCheckIn" => unary!(evaluations, record_check_in),
            "EvaluationService.ListCheckIns" => unary!(evaluations, list_check_ins),
            "EvaluationService.ListAlerts" => unary!(evaluations, list_alerts),
            "EvaluationService.AcknowledgeAlert" => unary!(evaluations, acknowledge_alert),
            "EvaluationService.SilenceAlerts" => unary!(evaluations, silence_alerts),
            "EvaluationService.GetEvaluationServerInfo" => {
                unary!(evaluations, get_evaluation_server_info)
            }
            _ => panic!("no unary method {name}"),
        }
    }

    /// A stream from the server.
    pub async fn read(&self, name: &str, step: &Value) -> Result<Messages, Error> {
        macro_rules! stream {
            ($service:ident, $rpc:ident) => {{
                let request = self.request(name, step);
                let stream = self.client.$service().$rpc(request).await?.into_inner();
                Ok(messages(self.method(name).output(), stream))
            }};
        }
        match name {
            "DefinitionService.WatchDefinitions" => stream!(definitions, watch_definitions),
            "MeasurementService.QueryAggregates" => stream!(measurements, query_aggregates),
            "MeasurementService.ReadChanges" => stream!(measurements, read_changes),
            "EvaluationService.WatchStates" => stream!(evaluations, watch_states),
            _ => panic!("no stream {name}"),
        }
    }

    /// Sends all messages, half-closes, and reads to the end into `received`.
    pub async fn exchange(
        &self,
        name: &str,
        requests: &[Value],
        received: &mut Vec<Value>,
    ) -> Result<(), Error> {
        assert_eq!(name, "MeasurementService.StreamSamples");
        let method = self.method(name);
        let requests: Vec<StreamSamplesRequest> = requests
            .iter()
            .map(|json| self.parse(method.input(), json))
            .collect();
        let mut stream: Streaming<StreamSamplesResponse> = self
            .client
            .measurements()
            .stream_samples(tokio_stream::iter(requests))
            .await?
            .into_inner();
        while let Some(message) = stream.message().await? {
            received.push(json(method.output(), &message));
        }
        Ok(())
    }
}

fn messages<M: Message + Default + Send + 'static>(
    descriptor: MessageDescriptor,
    stream: Streaming<M>,
) -> Messages {
    let stream = std::sync::Arc::new(tokio::sync::Mutex::new(stream));
    Messages {
        next: Box::new(move || {
            let stream = stream.clone();
            let descriptor = descriptor.clone();
            Box::pin(async move {
                let message = stream.lock().await.message().await?;
                Ok(message.map(|message| json(descriptor, &message)))
            })
        }),
    }
}

fn json(descriptor: MessageDescriptor, message: &impl Message) -> Value {
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).unwrap();
    serde_json::to_value(dynamic).unwrap()
}
