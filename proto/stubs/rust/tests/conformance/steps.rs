//! The steps of one vector. What does not fit is a panic.

use kpisuite_client::decimal;
use kpisuite_client::v1::{ApplyDefinitionsRequest, ErrorReason, GetDefinitionRequest};
use kpisuite_client::{Client, Error, Pages, Resumable, Watch};
use prost::Message;
use serde_json::{json, Value};

use crate::json::{at, expand, fits, integer, misfit, Variables};
use crate::settings::Settings;
use crate::stub::Stub;

pub struct Steps<'a> {
    settings: &'a Settings,
    client: Client,
    stub: Stub,
    variables: Variables,
}

impl<'a> Steps<'a> {
    pub fn new(settings: &'a Settings, client: Client, workspace: String) -> Self {
        let variables = Variables::from([("ws".to_owned(), workspace.into())]);
        let stub = Stub::new(client.clone(), settings.pool.clone());
        Self {
            settings,
            client,
            stub,
            variables,
        }
    }

    pub async fn run(&mut self, steps: &Value) {
        for step in steps.as_array().unwrap() {
            // The inner steps of a watch are expanded when they run: they may use what is saved
            // by then.
            let mut outer = step.clone();
            let during = outer.as_object_mut().unwrap().remove("during");
            let step = expand(&outer, &self.variables);
            let Some(kind) = KINDS.into_iter().find(|kind| step.get(kind).is_some()) else {
                panic!("unknown step {step}");
            };
            match kind {
                "call" => self.call(&step).await,
                "read" => self.read(&step).await,
                "exchange" => self.exchange(&step).await,
                "pages" => self.pages(&step).await,
                "watch" => Box::pin(self.watch(&step, &during.unwrap_or(json!([])))).await,
                "write" => self.write(&step).await,
                "decimal" => check_decimal(&step),
                "reapply" => self.reapply(&step).await,
                _ => self.connect(&step).await,
            }
        }
    }

    async fn call(&mut self, step: &Value) {
        let answer = self.stub.call(name(step, "call"), step).await;
        self.check(step, answer);
    }

    async fn reapply(&mut self, step: &Value) {
        let name = name(step, "reapply").to_owned();
        let request = GetDefinitionRequest {
            name,
            ..Default::default()
        };
        let got = self
            .client
            .definitions()
            .get_definition(request)
            .await
            .unwrap()
            .into_inner();
        let parent = step["parent"].as_str().unwrap().to_owned();
        let request = ApplyDefinitionsRequest {
            parent,
            definitions: vec![got],
            ..Default::default()
        };
        let answer = self.client.definitions().apply_definitions(request).await;
        let answer = answer
            .map(|response| {
                self.stub
                    .json_of("ApplyDefinitionsResponse", response.get_ref())
            })
            .map_err(Error::from);
        self.check(step, answer);
    }

    fn check(&mut self, step: &Value, answer: Result<Value, Error>) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return check_error(step, &error),
        };
        assert!(
            step.get("error").is_none(),
            "got {answer}, want {}",
            step["error"]
        );
        if let Some(pattern) = step.get("expect") {
            if let Some(why) = misfit(pattern, Some(&answer), "answer") {
                panic!("{why}");
            }
        }
        for (variable, path) in step
            .get("save")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            self.variables
                .insert(variable.clone(), at(&answer, path.as_str().unwrap()));
        }
    }

    async fn read(&mut self, step: &Value) {
        let mut received = Vec::new();
        let end = self.read_until(step, &mut received).await;
        check_end(step, end);
        check_messages(step, &received);
    }

    async fn read_until(&self, step: &Value, received: &mut Vec<Value>) -> Result<(), Error> {
        let mut messages = self.stub.read(name(step, "read"), step).await?;
        while let Some(message) = messages.next().await? {
            received.push(message);
            if step
                .get("until")
                .is_some_and(|until| fits(until, received.last()))
            {
                // Dropping the messages cancels the call; nobody is left to be told CANCELLED.
                return Ok(());
            }
        }
        assert!(
            step.get("until").is_none(),
            "ended with OK, want {}",
            step["until"]
        );
        Ok(())
    }

    async fn exchange(&mut self, step: &Value) {
        let mut received = Vec::new();
        let requests = step["requests"].as_array().unwrap();
        let end = self
            .stub
            .exchange(name(step, "exchange"), requests, &mut received)
            .await;
        check_end(step, end);
        check_messages(step, &received);
    }

    async fn pages(&mut self, step: &Value) {
        macro_rules! all {
            ($method:ident, $message:literal) => {{
                let method = self.stub.method(name(step, "pages"));
                let request = self.stub.parse(method.input(), &step["request"]);
                self.items($message, self.client.$method(request)).await
            }};
        }
        let items = match name(step, "pages") {
            "DefinitionService.ListDefinitions" => all!(list_definitions, "Definition"),
            "DefinitionService.ListRevisions" => all!(list_revisions, "Definition"),
            "DefinitionService.ListTemplates" => all!(list_templates, "Template"),
            "MeasurementService.ReadSamples" => all!(read_samples, "Sample"),
            "MeasurementService.ListSeries" => all!(list_series, "Series"),
            "EvaluationService.ListStates" => all!(list_states, "KpiState"),
            "EvaluationService.GetHistory" => all!(history, "HistoryEntry"),
            other => panic!("no pages of {other}"),
        };
        let found = items.map(|items| match (items.first(), items.last()) {
            (Some(first), Some(last)) => {
                json!({"count": items.len(), "first": first, "last": last})
            }
            _ => json!({"count": 0}),
        });
        self.check(step, found);
    }

    async fn items<M: Message>(&self, message: &str, pages: Pages<M>) -> Result<Vec<Value>, Error> {
        let items = pages.all().await?;
        Ok(items
            .iter()
            .map(|item| self.stub.json_of(message, item))
            .collect())
    }

    async fn watch(&mut self, step: &Value, during: &Value) {
        let method = self.stub.method(name(step, "watch"));
        match method.name() {
            "WatchStates" => {
                let request = self.stub.parse(method.input(), &step["request"]);
                let watch = self.client.watch_states(request);
                self.follow("WatchStatesResponse", watch, step, during)
                    .await;
            }
            "ReadChanges" => {
                let request = self.stub.parse(method.input(), &step["request"]);
                let watch = self.client.read_changes(request);
                self.follow("ReadChangesResponse", watch, step, during)
                    .await;
            }
            "WatchDefinitions" => {
                let request = self.stub.parse(method.input(), &step["request"]);
                let watch = self.client.watch_definitions(request);
                self.follow("WatchDefinitionsResponse", watch, step, during)
                    .await;
            }
            other => panic!("no watch of {other}"),
        }
    }

    async fn follow<R: Resumable>(
        &mut self,
        message: &str,
        mut watch: Watch<R>,
        step: &Value,
        during: &Value,
    ) where
        R::Message: Message,
    {
        let mut received = Vec::new();
        let mut seen = false;
        loop {
            match watch.next().await {
                Ok(next) => received.push(self.stub.json_of(message, &next)),
                Err(error) => return check_error(step, &error),
            }
            if !seen && step.get("at").is_some_and(|at| fits(at, received.last())) {
                seen = true;
                self.run(during).await;
            }
            // What the inner steps saved may be in these patterns.
            let until = step
                .get("until")
                .map(|until| expand(until, &self.variables));
            if until.is_some_and(|until| fits(&until, received.last())) {
                break;
            }
        }
        check_end(step, Ok(()));
        check_messages(&expand(step, &self.variables), &received);
    }

    async fn write(&mut self, step: &Value) {
        let write = &step["write"];
        let scale = integer(&write["scale"]) as u8;
        let start = integer(&write["start"]);
        let gap = integer(&write["step"]);
        let workspace = self.variables["ws"].as_str().unwrap().to_owned();
        let writer = self
            .client
            .writer(workspace)
            .batch_samples(integer(&write["batch"]) as usize);
        let mut writer = writer.open().await.unwrap();
        let dimensions = write["dimensions"].as_object().unwrap().iter();
        let series = writer.series(
            write["metric"].as_str().unwrap(),
            dimensions.map(|(name, member)| (name.as_str(), member.as_str().unwrap())),
        );
        for i in 0..integer(&write["count"]) {
            let value = decimal::of_mantissa(i, scale);
            writer
                .decimal(series, start + i * gap, &value)
                .await
                .unwrap();
        }
        if let Err(error) = writer.flush().await {
            assert!(!writer.summary().refused.is_empty(), "{error}");
        }
        let summary = writer.summary();
        let mut found = json!({
            "inserted": summary.inserted,
            "corrected": summary.corrected,
            "unchanged": summary.unchanged,
            "batches": summary.batches,
            "refused": summary.refused.len(),
        });
        if let Some(first) = summary.refused.first() {
            found["reason"] = first.error.reason_text().into();
        }
        self.check(step, Ok(found));
    }

    async fn connect(&mut self, step: &Value) {
        let target = name(step, "connect");
        let refused = self.settings.connect(target, step["token"].as_str()).await;
        assert!(refused.is_err(), "was not refused");
    }
}

const KINDS: [&str; 9] = [
    "call", "read", "exchange", "pages", "watch", "write", "decimal", "reapply", "connect",
];

fn name<'s>(step: &'s Value, kind: &str) -> &'s str {
    step[kind].as_str().unwrap()
}

fn check_end(step: &Value, end: Result<(), Error>) {
    match end {
        Ok(()) => assert!(
            step.get("error").is_none(),
            "ended with OK, want {}",
            step["error"]
        ),
        Err(error) => check_error(step, &error),
    }
}

fn check_error(step: &Value, error: &Error) {
    let Some(want) = step.get("error") else {
        panic!("{error}")
    };
    let mut told = json!({
        "code": upper_snake(&format!("{:?}", error.code())),
        "reason": error.reason_text(),
        "metadata": error.metadata(),
    });
    if let Some(delay) = error.retry_delay() {
        told["retryAfter"] = delay.as_secs_f64().into();
    }
    let mut pattern = want.clone();
    pattern.as_object_mut().unwrap().remove("violations");
    assert_eq!(misfit(&pattern, Some(&told), "error"), None, "{error}");
    if error.reason() != ErrorReason::Unspecified {
        let known = error.reason().as_str_name();
        assert_eq!(known, format!("ERROR_REASON_{}", error.reason_text()));
    }
    for field in want
        .get("violations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let told = error
            .violations()
            .iter()
            .any(|v| v.field == field.as_str().unwrap());
        assert!(told, "{:?} lack {field}", error.violations());
    }
}

fn upper_snake(name: &str) -> String {
    let mut upper = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !upper.is_empty() {
            upper.push('_');
        }
        upper.push(letter.to_ascii_uppercase());
    }
    upper
}

/// Every pattern fits a message, in the order of the patterns.
fn check_messages(step: &Value, received: &[Value]) {
    let mut rest = received.iter();
    for pattern in step
        .get("expect")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let found = rest.any(|message| fits(pattern, Some(message)));
        assert!(found, "none in order fits {pattern}: {received:?}");
    }
}

fn check_decimal(step: &Value) {
    let refused = step
        .get("refused")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    match translate(step) {
        Ok(()) => assert!(!refused, "{} was not refused", step["decimal"]),
        Err(error) => assert!(refused, "{error}"),
    }
}

fn translate(step: &Value) -> Result<(), decimal::DecimalError> {
    let value = decimal::parse(name(step, "decimal"))?
        .ok_or_else(|| decimal::DecimalError::Syntax(String::new()))?;
    if let Some(canonical) = step.get("canonical") {
        assert_eq!(decimal::text(&value)?, canonical.as_str().unwrap());
    }
    if let Some(scale) = step.get("scale") {
        let scale = integer(scale) as u8;
        let mantissa = decimal::mantissa(&value, scale)?;
        assert_eq!(mantissa, integer(&step["mantissa"]));
        assert_eq!(decimal::of_mantissa(mantissa, scale), value);
    }
    Ok(())
}
