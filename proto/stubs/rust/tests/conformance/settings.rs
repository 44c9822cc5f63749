//! What the file that KPI_CONFORMANCE names tells: servers, vectors, where results go.

use std::path::{Path, PathBuf};

use kpisuite_client::{Builder, Client, ConnectError};
use prost::Message;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorSet;
use serde_json::{Map, Value};

pub const LANGUAGE: &str = "rust";

pub struct Settings {
    json: Value,
    pub pool: DescriptorPool,
}

pub fn read_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The contract with all it refers to, and the details of errors, which the crate of google.rpc
/// has under names of files of its own.
fn pool(contract: &[u8]) -> DescriptorPool {
    let mut pool = DescriptorPool::decode(contract).unwrap();
    let google = FileDescriptorSet::decode(tonic_types::pb::FILE_DESCRIPTOR_SET).unwrap();
    for file in google.file {
        let first = format!("{}.{}", file.package(), file.message_type[0].name());
        if pool.get_message_by_name(&first).is_none() {
            pool.add_file_descriptor_proto(file).unwrap();
        }
    }
    pool
}

impl Settings {
    /// `None` where no servers were started for it.
    pub fn load() -> Option<Self> {
        let Some(file) = std::env::var_os("KPI_CONFORMANCE") else {
            println!("skipped: KPI_CONFORMANCE is not set; see tests/conformance");
            return None;
        };
        let descriptors =
            std::env::var_os("KPI_DESCRIPTORS").expect("test.sh sets KPI_DESCRIPTORS");
        let descriptors = std::fs::read(descriptors).unwrap();
        Some(Self {
            json: read_json(Path::new(&file)),
            pool: pool(&descriptors),
        })
    }

    pub fn vectors(&self) -> PathBuf {
        self.path("vectors")
    }

    fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(self.json[name].as_str().unwrap())
    }

    pub fn load_of(&self, what: &str) -> i64 {
        self.json["load"][what].as_i64().unwrap()
    }

    /// A client of a server, by its name.
    pub async fn connect(&self, server: &str, token: Option<&str>) -> Result<Client, ConnectError> {
        let mut builder = Client::builder(self.json["servers"][server].as_str().unwrap());
        builder = if server == "tls" {
            self.with_tls(builder)
        } else {
            builder.plaintext()
        };
        if let Some(token) = token {
            builder = builder.token(token);
        }
        builder.connect().await
    }

    #[cfg(feature = "tls")]
    fn with_tls(&self, builder: Builder) -> Builder {
        use tonic::transport::{Certificate, ClientTlsConfig};
        let authority = Certificate::from_pem(std::fs::read(self.path("ca")).unwrap());
        builder.tls(ClientTlsConfig::new().ca_certificate(authority))
    }

    #[cfg(not(feature = "tls"))]
    fn with_tls(&self, builder: Builder) -> Builder {
        builder
    }

    /// Adds members to the result file of this language.
    pub fn report(&self, members: Map<String, Value>) {
        let file = self.path("results").join(format!("{LANGUAGE}.json"));
        let mut all = if file.exists() {
            read_json(&file)
        } else {
            Value::Object(Map::new())
        };
        let object = all.as_object_mut().unwrap();
        object.insert("language".to_owned(), LANGUAGE.into());
        object.extend(members);
        std::fs::write(file, serde_json::to_string_pretty(&all).unwrap()).unwrap();
    }
}
