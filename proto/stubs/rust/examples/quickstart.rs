//! Defines a KPI, writes samples, reads its status and watches it change.
//!
//! ```sh
//! cargo run --example quickstart -- localhost:7000
//! ```

use std::time::SystemTime;

use kpisuite_client::v1::definition::Spec;
use kpisuite_client::v1::target_value::Kind;
use kpisuite_client::v1::{
    Aggregation, ApplyDefinitionsRequest, Definition, Direction, GetStateRequest, Input, Kpi,
    KpiState, Metric, StateKey, TargetValue, WatchStatesRequest,
};
use kpisuite_client::{decimal, time, Client, Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let target = std::env::args()
        .nth(1)
        .ok_or("usage: quickstart HOST:PORT")?;
    let client = Client::builder(target).plaintext().connect().await?;
    run(&client, "workspaces/quickstart-rust").await?;
    Ok(())
}

/// Runs in a workspace; the state that was watched.
pub async fn run(client: &Client, workspace: &str) -> Result<KpiState, Error> {
    define(client, workspace).await?;

    let now = time::unix_nano(SystemTime::now()).expect("a year before 2262");
    let mut writer = client.writer(workspace).open().await?;
    let web = writer.series("sales", [("channel", "web")]);
    let price = |text| decimal::parse(text).expect("a decimal").expect("a number");
    writer
        .decimal(web, now, &price("750.25"))
        .await?
        .id("order-1");
    writer
        .decimal(web, now, &price("120.50"))
        .await?
        .id("order-2");
    let at_least = writer.flush().await?.position_token.clone();

    let today = StateKey {
        kpi: format!("{workspace}/kpis/revenue"),
        window: "DAY".to_owned(),
        ..Default::default()
    };
    let request = GetStateRequest {
        key: Some(today.clone()),
        at_least,
        ..Default::default()
    };
    let state = client.evaluations().get_state(request).await?.into_inner();
    println!("today {} EUR is {:?}", price(&state.value), state.status());

    let mut watch = client.watch_states(WatchStatesRequest {
        parent: workspace.to_owned(),
        keys: vec![today],
        ..Default::default()
    });
    loop {
        let message = watch.next().await?;
        if message.in_sync {
            writer.decimal(web, now, &price("400")).await?.id("order-3");
            writer.flush().await?;
        }
        match message.state {
            Some(state) if state.value == "1270.75" => {
                println!("now it is {:?}", state.status());
                return Ok(state);
            }
            _ => {}
        }
    }
}

async fn define(client: &Client, workspace: &str) -> Result<(), Error> {
    let sales = Metric {
        unit: Some("EUR".to_owned()),
        scale: Some(2),
        dimensions: vec!["channel".to_owned()],
        ..Default::default()
    };
    let input = Input {
        metric: Some("sales".to_owned()),
        aggregation: Some(Aggregation::Sum.into()),
        ..Default::default()
    };
    let target = TargetValue {
        kind: Some(Kind::Fixed("1000".to_owned())),
        ..Default::default()
    };
    let revenue = Kpi {
        owner: Some("cfo@example.com".to_owned()),
        inputs: [("sales".to_owned(), input)].into(),
        unit: Some("EUR".to_owned()),
        direction: Some(Direction::Higher.into()),
        windows: vec!["DAY".to_owned()],
        target: Some(target),
        ..Default::default()
    };
    let definition = |id: &str, spec| Definition {
        name: format!("{workspace}/{id}"),
        spec: Some(spec),
        ..Default::default()
    };
    let request = ApplyDefinitionsRequest {
        parent: workspace.to_owned(),
        definitions: vec![
            definition("metrics/sales", Spec::Metric(sales)),
            definition("kpis/revenue", Spec::Kpi(revenue)),
        ],
        ..Default::default()
    };
    client.definitions().apply_definitions(request).await?;
    Ok(())
}
