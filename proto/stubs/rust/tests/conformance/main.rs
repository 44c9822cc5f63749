//! The vectors of tests/conformance, the example and the load, against the servers of its fixture.

mod json;
mod settings;
mod steps;
mod stub;

#[path = "../../examples/quickstart.rs"]
#[allow(dead_code)]
mod quickstart;

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use kpisuite_client::v1::definition::Spec;
use kpisuite_client::v1::{
    ApplyDefinitionsRequest, Definition, GetDefinitionRequest, Metric, SampleIdentity, Status,
};
use serde_json::{json, Map, Value};

use settings::{read_json, Settings, LANGUAGE};
use steps::Steps;

const PATIENCE: Duration = Duration::from_secs(60);

/// One test after the other: the load measures.
static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn vectors() {
    let Some(settings) = Settings::load() else {
        return;
    };
    let _alone = ONE.lock().await;
    let settings: &'static Settings = Box::leak(Box::new(settings));
    let run = &letters()[..4];
    let given: &'static Value = Box::leak(Box::new(read_json(
        &settings.vectors().with_file_name("given.json"),
    )));
    let mut passed = Vec::new();
    let mut failed = Map::new();
    for vector in read_vectors(settings) {
        let id = vector["id"].as_str().unwrap().to_owned();
        let workspace = format!("workspaces/{LANGUAGE}-{run}-{id}");
        let test = tokio::spawn(check(settings, given, vector, workspace));
        match tokio::time::timeout(PATIENCE, test).await {
            Ok(Ok(())) => passed.push(Value::String(id)),
            Ok(Err(panic)) => drop(failed.insert(id, panic_text(panic).into())),
            Err(_) => drop(failed.insert(id, format!("took more than {PATIENCE:?}").into())),
        }
    }
    println!("{} passed, {} failed", passed.len(), failed.len());
    let failures = serde_json::to_string_pretty(&failed).unwrap();
    let all_passed = failed.is_empty();
    let result = json!({"passed": passed, "failed": failed, "skipped": {}});
    settings.report(result.as_object().unwrap().clone());
    assert!(all_passed, "{failures}");
}

fn read_vectors(settings: &Settings) -> Vec<Value> {
    let mut files: Vec<_> = std::fs::read_dir(settings.vectors())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| read_json(file).as_array().unwrap().clone())
        .collect()
}

async fn check(settings: &Settings, given: &Value, vector: Value, workspace: String) {
    let server = vector
        .get("server")
        .and_then(Value::as_str)
        .unwrap_or("suite");
    let token = vector.get("token").and_then(Value::as_str);
    let client = settings.connect(server, token).await.unwrap();
    let mut steps = Steps::new(settings, client, workspace);
    for name in vector
        .get("given")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        steps.run(&given[name.as_str().unwrap()]).await;
    }
    steps.run(&vector["steps"]).await;
}

fn panic_text(error: tokio::task::JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "was cancelled".to_owned();
    };
    let panic = AssertUnwindSafe(panic);
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}

/// Letters that no other run has.
fn letters() -> String {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    bytes
        .iter()
        .map(|byte| char::from(b'a' + byte % 26))
        .collect()
}

#[tokio::test]
async fn the_example_ends_on_target() {
    let Some(settings) = Settings::load() else {
        return;
    };
    let _alone = ONE.lock().await;
    let client = settings.connect("suite", None).await.unwrap();
    let workspace = format!("workspaces/quickstart-rust-{}", letters());
    let state = quickstart::run(&client, &workspace).await.unwrap();
    assert_eq!(state.status(), Status::OnTarget);
}

/// The small load that every language runs: reads one after the other, then samples streamed.
#[tokio::test(flavor = "multi_thread")]
async fn load() {
    let Some(settings) = Settings::load() else {
        return;
    };
    let _alone = ONE.lock().await;
    let client = settings.connect("suite", None).await.unwrap();
    let parent = format!("workspaces/{LANGUAGE}-load-{}", letters());
    let name = format!("{parent}/metrics/orders");
    let metric = Metric {
        unit: Some("count".to_owned()),
        scale: Some(2),
        identity: Some(SampleIdentity::Time.into()),
        ..Default::default()
    };
    let definition = Definition {
        name: name.clone(),
        spec: Some(Spec::Metric(metric)),
        ..Default::default()
    };
    let request = ApplyDefinitionsRequest {
        parent: parent.clone(),
        definitions: vec![definition],
        ..Default::default()
    };
    client
        .definitions()
        .apply_definitions(request)
        .await
        .unwrap();

    let reads = settings.load_of("reads");
    let begin = Instant::now();
    let mut stub = client.definitions();
    for _ in 0..reads {
        let request = GetDefinitionRequest {
            name: name.clone(),
            ..Default::default()
        };
        stub.get_definition(request).await.unwrap();
    }
    let reads_per_second = per_second(reads, begin);

    let samples = settings.load_of("samples");
    let begin = Instant::now();
    let mut writer = client.writer(parent).open().await.unwrap();
    let series = writer.series("orders", [("", ""); 0]);
    for i in 0..samples {
        let time = 1_743_415_200_000_000_000 + i * 1_000_000;
        writer.mantissa(series, time, i).await.unwrap();
    }
    assert_eq!(writer.flush().await.unwrap().inserted, samples);
    let rates = json!({
        "readsPerSecond": reads_per_second,
        "samplesPerSecond": per_second(samples, begin),
    });
    println!("rust: {rates}");
    settings.report(rates.as_object().unwrap().clone());
}

fn per_second(count: i64, begin: Instant) -> i64 {
    (count as f64 / begin.elapsed().as_secs_f64()) as i64
}
